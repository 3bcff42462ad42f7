using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Microsoft.Reactive.Testing;
using Rx.Qmp.Isolation;
using Rx.Vm.Testing;

namespace Rx.Qmp.Tests.Isolation;

/// <summary>The one fan-out behind every public stream of both libraries.</summary>
public class ObserverHubTests : ReactiveTest
{
    private readonly TestScheduler _scheduler = new();
    private readonly Report _report = new();

    [Fact]
    public void A_late_observer_gets_the_last_item_then_what_follows()
    {
        var (hub, stream) = Of(replayLast: true);
        hub.Publish("1");
        hub.Publish("2");
        var observer = _scheduler.CreateObserver<string>();

        stream.Subscribe(observer);
        hub.Publish("3");
        _scheduler.Start();

        observer.Messages.AssertEqual(OnNext(1, "2"), OnNext(1, "3"));
    }

    [Fact]
    public void An_observer_after_the_end_gets_the_last_item_and_completion()
    {
        var (hub, stream) = Of(replayLast: true);
        hub.Publish("7");
        hub.Complete();
        var observer = _scheduler.CreateObserver<string>();

        stream.Subscribe(observer);
        _scheduler.Start();

        observer.Messages.AssertEqual(OnNext(1, "7"), OnCompleted<string>(1));
    }

    [Fact]
    public void Without_replay_an_observer_gets_only_what_follows()
    {
        var (hub, stream) = Of(replayLast: false);
        hub.Publish("1");
        var observer = _scheduler.CreateObserver<string>();

        stream.Subscribe(observer);
        hub.Publish("2");
        hub.Complete();
        hub.Publish("3");
        _scheduler.Start();

        observer.Messages.AssertEqual(OnNext(1, "2"), OnCompleted<string>(1));
    }

    [Fact]
    public void As_marbles_it_replays_the_last_item_and_completes_late_observers() => Marble.Run(m =>
    {
        var hub = new ObserverHub<string>(replayLast: true, _report);
        var stream = new HubObservable<string>(hub, DeliveryPolicy<string>.DropOldest(8), m.Scheduler);
        m.Hot("a-b-c|").Subscribe(hub.Publish, () => hub.Complete());
        m.Expect(stream).ToBe("a-b-c|");
        m.Expect(stream).During("---^").ToBe("---bc|");
        m.Expect(stream).During("----------^").ToBe("----------(c|)");
        m.Expect(stream).During("^-!").ToBe("a");
    });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_throwing_observer_in_any_position_loses_only_its_own_subscription(int position)
    {
        var (hub, stream) = Of(replayLast: false);
        var seen = new List<string>[] { [], [] };
        var throws = 0;
        var others = 0;
        for (var i = 0; i < 3; i++)
        {
            if (i == position)
            {
                stream.Subscribe(_ =>
                {
                    throws++;
                    throw new InvalidOperationException("bad observer");
                });
            }
            else
            {
                stream.Subscribe(seen[others++].Add);
            }
        }

        hub.Publish("1");
        _scheduler.Start();
        hub.Publish("2");
        _scheduler.Start();

        Assert.All(seen, items => Assert.Equal(["1", "2"], items));
        Assert.Equal(1, throws);
        Assert.Equal(["observer: bad observer"], _report.Lines);
    }

    /// <summary>Schedulers that can't call an observer, in any position, at any moment of the stream.</summary>
    [Theory]
    [InlineData(0, "item")]
    [InlineData(1, "item")]
    [InlineData(0, "end")]
    [InlineData(1, "end")]
    [InlineData(0, "subscription")]
    public void A_refusing_scheduler_costs_its_own_observer_only(int position, string refusesAt)
    {
        var hub = new ObserverHub<string>(replayLast: true, _report);
        var loop = new EventLoopScheduler();
        var good = new List<string>();
        void AddGood() => Subscribe(hub, null, good);
        if (position == 1)
        {
            AddGood();
        }

        if (refusesAt == "subscription")
        {
            loop.Dispose();
            hub.Publish("0");
        }

        hub.Subscribe(System.Reactive.Observer.Create<string>(_ => { }), DeliveryPolicy<string>.DropOldest(4), loop);
        loop.Dispose();
        if (position == 0)
        {
            AddGood();
        }

        if (refusesAt == "item")
        {
            hub.Publish("1");
        }

        hub.Complete("last");
        _scheduler.Start();

        Assert.Equal("last", good[^2]);
        Assert.Equal("∎", good[^1]);
        Assert.StartsWith("scheduler: ", Assert.Single(_report.Lines));
        Assert.False(hub.HasObservers);
    }

    /// <summary>A scheduler that runs work inside Schedule would run foreign code on the publishing thread: it runs on the pool instead.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_inline_scheduler_is_kept_off_the_publishing_thread_and_a_blocking_observer_blocks_itself_only(bool currentThread)
    {
        IScheduler inline = currentThread ? CurrentThreadScheduler.Instance : ImmediateScheduler.Instance;
        var hub = new ObserverHub<string>(replayLast: false, _report);
        var threads = new List<int>();
        var release = new TaskCompletionSource();
        var done = new TaskCompletionSource();
        hub.Subscribe(System.Reactive.Observer.Create<string>(
            _ =>
            {
                threads.Add(Environment.CurrentManagedThreadId);
                release.Task.Wait();
            },
            () => done.TrySetResult()), DeliveryPolicy<string>.DropOldest(8), inline);
        var other = new List<string>();
        Subscribe(hub, _scheduler, other);

        await Task.Factory.StartNew(
            () =>
            {
                var publisher = Environment.CurrentManagedThreadId;
                hub.Publish("1");
                hub.Publish("2");
                hub.Complete();
                Assert.DoesNotContain(publisher, threads);
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        _scheduler.Start();
        release.SetResult();
        await done.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.Equal(["1", "2", "∎"], other);
        Assert.Equal(2, threads.Count);
    }

    [Fact]
    public void A_slow_observer_loses_its_oldest_items_and_still_gets_the_end()
    {
        var (hub, stream) = Of(replayLast: false, capacity: 3);
        var seen = new List<string>();
        var completed = false;
        stream.Subscribe(seen.Add, () => completed = true);

        for (var i = 1; i <= 10; i++)
        {
            hub.Publish($"{i}");
        }

        hub.Complete();
        _scheduler.Start();

        Assert.Equal(["8", "9", "10"], seen);
        Assert.True(completed);
        Assert.Equal(7, _report.Losses);
    }

    [Fact]
    public void A_million_items_against_a_stuck_observer_keep_no_more_than_its_queue()
    {
        const int capacity = 8;
        var hub = new ObserverHub<object>(replayLast: false, _report);
        hub.Subscribe(
            System.Reactive.Observer.Create<object>(_ => Assert.Fail("the scheduler never runs")),
            DeliveryPolicy<object>.DropOldest(capacity),
            _scheduler);

        var watched = Flood(hub, items: 1_000_000, watchEvery: 1000);
        GC.Collect();

        Assert.InRange(watched.Count(item => item.IsAlive), 0, capacity + 1);
        GC.KeepAlive(hub);
    }

    [Fact]
    public void An_observer_that_disposes_itself_while_being_called_hears_nothing_more()
    {
        var (hub, stream) = Of(replayLast: false);
        var seen = new List<string>();
        IDisposable? own = null;
        own = stream.Subscribe(item =>
        {
            seen.Add(item);
            own!.Dispose();
        });

        hub.Publish("1");
        hub.Publish("2");
        hub.Complete();
        _scheduler.Start();

        Assert.Equal(["1"], seen);
        own.Dispose();
    }

    /// <summary>On a scheduler, and inline on the publishing thread.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_observer_that_publishes_subscribes_and_disposes_while_being_called_keeps_the_order_for_everyone(bool scheduled)
    {
        var hub = new ObserverHub<string>(replayLast: false, _report);
        IScheduler? scheduler = scheduled ? _scheduler : null;
        var (first, second, third) = (new List<string>(), new List<string>(), new List<string>());
        hub.Subscribe(System.Reactive.Observer.Create<string>(item =>
        {
            first.Add($"enter {item}");
            if (item == "1")
            {
                Subscribe(hub, scheduler, third);
                hub.Publish("2");
                Subscribe(hub, scheduler, []).Dispose();
            }

            first.Add($"leave {item}");
        }), DeliveryPolicy<string>.DropOldest(8), scheduler);
        Subscribe(hub, scheduler, second);

        hub.Publish("1");
        _scheduler.Start();

        Assert.Equal(["enter 1", "leave 1", "enter 2", "leave 2"], first);
        Assert.Equal(["1", "2"], second);
        Assert.Equal(["2"], third);
    }

    [Fact]
    public void One_observer_subscribed_twice_has_two_subscriptions()
    {
        var (hub, stream) = Of(replayLast: false);
        var log = new List<string>();
        var observer = System.Reactive.Observer.Create<string>(log.Add);
        using var first = stream.Subscribe(observer);
        var second = stream.Subscribe(observer);

        hub.Publish("1");
        _scheduler.Start();
        second.Dispose();
        hub.Publish("2");
        _scheduler.Start();

        Assert.Equal(["1", "1", "2"], log);
    }

    private static IDisposable Subscribe(ObserverHub<string> hub, IScheduler? scheduler, List<string> log) => hub.Subscribe(
        System.Reactive.Observer.Create<string>(log.Add, () => log.Add("∎")), DeliveryPolicy<string>.DropOldest(8), scheduler);

    // In a method of its own, so that no local keeps an item alive.
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static List<WeakReference> Flood(ObserverHub<object> hub, int items, int watchEvery)
    {
        var watched = new List<WeakReference>();
        for (var i = 0; i < items; i++)
        {
            var item = new object();
            hub.Publish(item);
            if (i % watchEvery == 0)
            {
                watched.Add(new WeakReference(item));
            }
        }

        return watched;
    }

    private (ObserverHub<string> Hub, IObservable<string> Stream) Of(bool replayLast, int capacity = 16)
    {
        var hub = new ObserverHub<string>(replayLast, _report);
        return (hub, new HubObservable<string>(hub, DeliveryPolicy<string>.DropOldest(capacity), _scheduler));
    }

    private sealed class Report : IDeliveryReport
    {
        private int _losses;

        public int Losses => _losses;

        public List<string> Lines { get; } = [];

        public void Lost() => Interlocked.Increment(ref _losses);

        public void ObserverFailed(Exception fault) => Lines.Add($"observer: {fault.Message}");

        public void SchedulerRefused(Exception fault) => Lines.Add($"scheduler: {fault.Message}");
    }
}
