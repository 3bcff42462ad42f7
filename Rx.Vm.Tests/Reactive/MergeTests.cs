using System.Reactive.Linq;
using System.Reactive.Subjects;
using Rx.Vm.Reactive;

namespace Rx.Vm.Tests.Reactive;

/// <summary>What joins the sources of an inbox: their order, their faults, and that nobody waits for anybody.</summary>
public class MergeTests
{
    private readonly List<string> _heard = [];

    [Fact]
    public void Sources_are_subscribed_in_their_order_and_each_is_heard_before_the_next_may_speak()
    {
        using var subscription = Merge.Of(Failed, Speaks("a"), Speaks("b"), Speaks("c")).Subscribe(_heard.Add);
        Assert.Equal(["a", "b", "c"], _heard);
    }

    [Fact]
    public void A_source_that_fails_or_cannot_be_subscribed_to_becomes_an_item_and_the_others_go_on()
    {
        var (first, last) = (new Subject<string>(), new Subject<string>());
        using var subscription = Merge.Of(Failed, first, Cold.Of<string>(_ => throw new IOException("never begins")), last).Subscribe(
            _heard.Add, fault => Assert.Fail(fault.ToString()), () => Assert.Fail("it completed"));
        first.OnNext("1");
        first.OnError(new IOException("breaks"));
        last.OnNext("2");
        last.OnCompleted();
        Assert.Equal(["failed: never begins", "1", "failed: breaks", "2"], _heard);
    }

    [Fact]
    public void Disposal_ends_every_subscription_and_lets_nothing_through_afterwards()
    {
        var first = new Subject<string>();
        IObserver<string>? deaf = null;
        var subscription = Merge.Of(Failed, first, Cold.Of<string>(observer =>
        {
            deaf = observer;
            return System.Reactive.Disposables.Disposable.Empty;
        })).Subscribe(_heard.Add);
        subscription.Dispose();
        Assert.False(first.HasObservers);
        deaf!.OnNext("too late");
        deaf.OnError(new IOException("too late"));
        Assert.Empty(_heard);
    }

    /// <summary>A lock held while the observer runs would let both wait for ever.</summary>
    [Fact(Timeout = 60_000)]
    public async Task A_source_does_not_wait_for_the_observer_of_another()
    {
        var (first, second) = (new Subject<string>(), new Subject<string>());
        var both = new TaskCompletionSource();
        using var subscription = Merge.Of(Failed, first, second).Subscribe(item =>
        {
            if (item == "waits")
            {
                both.Task.Wait(TestContext.Current.CancellationToken);
            }
            else
            {
                both.SetResult();
            }
        });
        var waiting = Task.Run(() => first.OnNext("waits"), TestContext.Current.CancellationToken);
        await Task.Run(() => second.OnNext("frees"), TestContext.Current.CancellationToken);
        await waiting;
    }

    [Fact]
    public void The_latest_source_takes_the_place_of_the_one_before()
    {
        var (sources, first, second) = (new Subject<IObservable<string>>(), new Subject<string>(), new Subject<string>());
        var subscription = sources.Latest(Failed).Subscribe(_heard.Add);
        sources.OnNext(first);
        first.OnNext("1");
        sources.OnNext(second);
        Assert.False(first.HasObservers);
        first.OnNext("stale");
        second.OnNext("2");
        sources.OnNext(Cold.Of<string>(_ => throw new IOException("no third")));
        subscription.Dispose();
        Assert.False(second.HasObservers || sources.HasObservers);
        Assert.Equal(["1", "2", "failed: no third"], _heard);
    }

    private static string Failed(Exception fault) => $"failed: {fault.Message}";

    private static IObservable<string> Speaks(string word) => Cold.Of<string>(observer =>
    {
        observer.OnNext(word);
        return System.Reactive.Disposables.Disposable.Empty;
    });
}
