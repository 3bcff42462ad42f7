using System.Reactive.Disposables;
using Rx.Vm.Operations;
using Rx.Vm.Reactive;

namespace Rx.Vm.Tests.Operations;

/// <summary>The runner alone, over operations that are numbers and do what the test says.</summary>
public class OperationRunnerTests
{
    private readonly Dictionary<int, IObserver<string>> _begun = [];
    private readonly List<string> _log = [];
    private readonly OperationRunner<int, string> _runner;

    public OperationRunnerTests()
    {
        _runner = new(static operation => operation, Begin, fault => $"failed: {fault.Message}");
        _runner.Subscribe(e => _log.Add(e));
    }

    [Fact]
    public void What_appears_is_begun_once_what_vanishes_is_cancelled_and_what_stays_goes_on()
    {
        _runner.Follow([1, 2]);
        _runner.Follow([1, 2]);
        _runner.Follow([2, 3]);
        _runner.Follow([]);
        Assert.Equal(["begin 1", "begin 2", "cancel 1", "begin 3", "cancel 3", "cancel 2"], _log);
        Assert.Equal(0, _runner.Count);
    }

    [Fact]
    public void One_that_has_ended_is_not_begun_again_while_it_is_still_wanted()
    {
        _runner.Follow([1]);
        _begun[1].OnNext("ended 1");
        _begun[1].OnCompleted();
        _runner.Follow([1, 2]);
        _runner.Follow([2]);
        Assert.Equal(["begin 1", "ended 1", "begin 2", "cancel 1"], _log);
    }

    [Fact]
    public void One_that_was_cancelled_is_not_heard_any_more()
    {
        _runner.Follow([1]);
        _runner.Follow([]);
        _begun[1].OnNext("stale");
        _begun[1].OnError(new IOException("stale"));
        Assert.Equal(["begin 1", "cancel 1"], _log);
    }

    [Fact]
    public void A_handler_that_throws_or_fails_is_an_event_and_the_others_run()
    {
        _runner.Follow([-1, 2]);
        _begun[2].OnError(new IOException("broke"));
        _runner.Follow([]);
        Assert.Equal(["failed: cannot begin -1", "begin 2", "failed: broke", "cancel 2"], _log);
    }

    [Fact]
    public void One_that_ends_while_it_is_begun_has_ended()
    {
        _runner.Follow([100]);
        _runner.Follow([100, 1]);
        Assert.Equal(["begin 100", "at once", "begin 1"], _log);
    }

    [Fact]
    public void Disposal_cancels_everything_and_begins_nothing_more()
    {
        _runner.Follow([1, 2]);
        _runner.Dispose();
        _runner.Follow([3]);
        Assert.Equal(["begin 1", "begin 2", "cancel 2", "cancel 1"], _log);
    }

    [Fact]
    public void Following_what_is_wanted_already_allocates_nothing()
    {
        System.Collections.Immutable.ImmutableArray<int> one = [1, 2, 3];
        System.Collections.Immutable.ImmutableArray<int> same = [1, 2, 3];
        _runner.Follow(one);
        _runner.Follow(same);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            _runner.Follow(one);
            _runner.Follow(same);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private IObservable<string> Begin(int operation) => Cold.Of<string>(observer =>
    {
        if (operation < 0)
        {
            throw new InvalidOperationException($"cannot begin {operation}");
        }

        _log.Add($"begin {operation}");
        _begun[operation] = observer;
        if (operation >= 100)
        {
            observer.OnNext("at once");
            observer.OnCompleted();
        }

        return Disposable.Create(() => _log.Add($"cancel {operation}"));
    });
}
