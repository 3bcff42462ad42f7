using System.Reactive.Concurrency;
using Microsoft.Reactive.Testing;
using Rx.Vm.Reactive;

namespace Rx.Vm.Tests.Reactive;

public class FanoutTests : ReactiveTest
{
    private readonly TestScheduler _scheduler = new();
    private readonly List<Exception> _reported = [];

    [Fact]
    public void A_late_observer_gets_the_last_item_then_what_follows()
    {
        var fanout = Of<int>(replayLast: true);
        fanout.Publish(1);
        fanout.Publish(2);
        var observer = _scheduler.CreateObserver<int>();

        fanout.Subscribe(observer);
        fanout.Publish(3);
        _scheduler.Start();

        observer.Messages.AssertEqual(OnNext(1, 2), OnNext(1, 3));
    }

    [Fact]
    public void An_observer_after_the_end_gets_the_last_item_and_completion()
    {
        var fanout = Of<int>(replayLast: true);
        fanout.Publish(7);
        fanout.Complete();
        var observer = _scheduler.CreateObserver<int>();

        fanout.Subscribe(observer);
        _scheduler.Start();

        observer.Messages.AssertEqual(OnNext(1, 7), OnCompleted<int>(1));
    }

    [Fact]
    public void Without_replay_an_observer_gets_only_what_follows()
    {
        var fanout = Of<int>(replayLast: false);
        fanout.Publish(1);
        var observer = _scheduler.CreateObserver<int>();

        fanout.Subscribe(observer);
        fanout.Publish(2);
        fanout.Complete();
        fanout.Publish(3);
        _scheduler.Start();

        observer.Messages.AssertEqual(OnNext(1, 2), OnCompleted<int>(1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_throwing_observer_in_any_position_loses_only_its_own_subscription(int position)
    {
        var fanout = Of<int>(replayLast: false);
        var seen = new List<int>[] { [], [] };
        var throws = 0;
        var others = 0;
        for (var i = 0; i < 3; i++)
        {
            if (i == position)
            {
                fanout.Subscribe(_ =>
                {
                    throws++;
                    throw new InvalidOperationException("bad observer");
                });
            }
            else
            {
                fanout.Subscribe(seen[others++].Add);
            }
        }

        fanout.Publish(1);
        _scheduler.Start();
        fanout.Publish(2);
        _scheduler.Start();

        Assert.All(seen, items => Assert.Equal([1, 2], items));
        Assert.Equal(1, throws);
        Assert.Equal("bad observer", Assert.Single(_reported).Message);
    }

    [Fact]
    public void A_slow_observer_loses_its_oldest_items_and_still_gets_the_end()
    {
        var fanout = Of<int>(replayLast: false, capacity: 3);
        var seen = new List<int>();
        var completed = false;
        fanout.Subscribe(seen.Add, () => completed = true);

        for (var i = 1; i <= 10; i++)
        {
            fanout.Publish(i);
        }

        fanout.Complete();
        _scheduler.Start();

        Assert.Equal([8, 9, 10], seen);
        Assert.True(completed);
    }

    [Fact]
    public void Ten_million_items_against_a_stuck_observer_keep_no_more_than_its_queue()
    {
        const int capacity = 8;
        var fanout = Of<object>(replayLast: false, capacity);
        fanout.Subscribe(_ => Assert.Fail("the scheduler never runs"));

        var watched = Flood(fanout, items: 10_000_000, watchEvery: 10_000);
        GC.Collect();

        Assert.InRange(watched.Count(item => item.IsAlive), 0, capacity + 1);
        GC.KeepAlive(fanout);
    }

    // In a method of its own, so that no local keeps an item alive.
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static List<WeakReference> Flood(Fanout<object> fanout, int items, int watchEvery)
    {
        var watched = new List<WeakReference>();
        for (var i = 0; i < items; i++)
        {
            var item = new object();
            fanout.Publish(item);
            if (i % watchEvery == 0)
            {
                watched.Add(new WeakReference(item));
            }
        }

        return watched;
    }

    [Fact]
    public void An_observer_that_disposes_itself_while_being_called_hears_nothing_more()
    {
        var fanout = Of<int>(replayLast: false);
        var seen = new List<int>();
        IDisposable? own = null;
        own = fanout.Subscribe(item =>
        {
            seen.Add(item);
            own!.Dispose();
        });

        fanout.Publish(1);
        fanout.Publish(2);
        fanout.Complete();
        _scheduler.Start();

        Assert.Equal([1], seen);
        own.Dispose();
    }

    [Fact]
    public void An_observer_that_publishes_while_being_called_keeps_the_order_for_everyone()
    {
        var fanout = new Fanout<int>(Scheduler.Immediate, 16, replayLast: false, _reported.Add);
        var (first, second) = (new List<int>(), new List<int>());
        fanout.Subscribe(item =>
        {
            first.Add(item);
            if (item == 1)
            {
                fanout.Publish(2);
            }
        });
        fanout.Subscribe(second.Add);

        fanout.Publish(1);

        Assert.Equal([1, 2], first);
        Assert.Equal([1, 2], second);
    }

    private Fanout<T> Of<T>(bool replayLast, int capacity = 16) => new(_scheduler, capacity, replayLast, _reported.Add);
}
