using Rx.Vm.Fold;
using Rx.Vm.Operations;

namespace Rx.Vm.Tests.Operations;

/// <summary>The runner alone, over operations that end when the test says so.</summary>
public class OpRunnerTests
{
    private readonly List<string> _log = [];
    private readonly List<(Op Op, TaskCompletionSource<OpEnd> End)> _begun = [];
    private readonly OpTable _table = new();
    private readonly OpRunner _runner;
    private readonly TaskCompletionSource _safe = new();
    private State _state = new();

    public OpRunnerTests()
    {
        foreach (var kind in Enum.GetValues<OpKind>())
        {
            _table[kind] = RunAsync;
        }

        _runner = new(_table, (op, fault) => _log.Add($"threw {op.Id}: {fault.Message}"), _ => _safe.Task);
        _runner.Subscribe(e => _log.Add($"ended {e.Op}: {e.Input.Operand}{(e.Payload is Payload.Words words ? $" {words.Text}" : "")}"));
        _safe.SetResult();
    }

    [Fact]
    public void What_appears_is_begun_what_vanishes_is_cancelled_and_what_stays_goes_on()
    {
        Want(One(1, OpKind.Quit), One(2, OpKind.QuitLimit));
        Want(One(2, OpKind.QuitLimit), One(3, OpKind.Attend));
        End(3);
        Want();
        Assert.Equal(["begin 1", "begin 2", "cancel 1", "begin 3", "ended 3: 0", "cancel 2"], _log);
        Assert.Equal(0, _runner.Count);
    }

    [Fact]
    public void Of_one_target_the_next_begins_when_the_cancelled_one_has_returned()
    {
        _table[OpKind.Plug] = HoldAsync;
        Want(One(1, OpKind.Plug, 7), One(2, OpKind.Plug, 8));
        Want(One(2, OpKind.Plug, 8), One(3, OpKind.Unplug, 7), One(4, OpKind.DeviceLimit, 7), One(5, OpKind.Release, 9));
        Assert.Equal(["begin 1", "begin 2", "begin 4", "begin 5"], _log);
        End(1);
        Assert.Equal("begin 3", _log[^1]);
        Assert.DoesNotContain(_log, line => line.StartsWith("ended", StringComparison.Ordinal));
    }

    [Fact]
    public void One_that_waits_and_is_cancelled_never_begins_and_passes_the_turn_on()
    {
        _table[OpKind.Plug] = HoldAsync;
        Want(One(1, OpKind.Plug, 7));
        Want(One(2, OpKind.Unplug, 7));
        Want(One(3, OpKind.Release, 7));
        End(1);
        Assert.Equal(["begin 1", "begin 3"], _log);
    }

    [Fact]
    public void A_deadline_waits_for_nobody_and_nobody_waits_for_a_deadline()
    {
        _table[OpKind.DeviceLimit] = HoldAsync;
        Want(One(1, OpKind.DeviceLimit, 7));
        Want(One(2, OpKind.DeviceLimit, 7), One(3, OpKind.Unplug, 7));
        Assert.Equal(["begin 1", "begin 2", "begin 3"], _log);
    }

    [Fact]
    public void A_handler_that_throws_is_a_failure_of_its_operation_that_is_reported_and_of_no_other()
    {
        _table[OpKind.Quit] = static _ => throw new IOException("no monitor");
        _table[OpKind.Freeze] = static async _ =>
        {
            await Task.CompletedTask;
            throw new IOException("no monitor either");
        };
        Want(One(1, OpKind.Quit), One(2, OpKind.Freeze, 1), One(3, OpKind.Attend, 2));
        Assert.Equal(["threw 1: no monitor", "ended 1: 1 no monitor", "threw 2: no monitor either", "ended 2: 1 no monitor either", "begin 3"], _log);
    }

    [Fact]
    public void Each_ends_once_and_one_that_was_cancelled_is_not_heard()
    {
        _table[OpKind.Quit] = HoldAsync;
        Want(One(1, OpKind.Quit), One(2, OpKind.Attend, 1));
        Want(One(2, OpKind.Attend, 1));
        End(1);
        End(2, OpEnd.Failed("died"));
        Want();
        Assert.Equal(["begin 1", "begin 2", "ended 2: 1 died"], _log);
    }

    [Fact]
    public void What_leaves_something_behind_begins_when_the_state_that_wants_it_is_safe_and_nothing_else_waits()
    {
        var saved = new List<(State State, TaskCompletionSource Safe)>();
        var runner = new OpRunner(_table, static (_, _) => { }, state =>
        {
            saved.Add((state, new TaskCompletionSource()));
            return saved[^1].Safe.Task;
        });
        var state = new State { Ops = [One(1, OpKind.Launch), One(2, OpKind.BootLimit), One(3, OpKind.Reserve, 5)], NextOp = 4 };
        runner.Follow(new Step(state, new State(), default, []));
        Assert.Equal(["begin 2"], _log);
        Assert.Equal(2, saved.Count);
        Assert.All(saved, it => Assert.Same(state, it.State));
        runner.Follow(new Step(new State { Ops = [state.Ops[2]], NextOp = 4 }, state, default, []));
        saved.ForEach(it => it.Safe.SetResult());
        Assert.Equal(["begin 2", "cancel 2", "begin 3"], _log);
    }

    [Fact]
    public void A_state_that_cannot_be_made_safe_fails_what_would_have_begun()
    {
        var runner = new OpRunner(_table, static (_, _) => { }, static _ => Task.FromException(new IOException("disk full")));
        runner.Subscribe(e => _log.Add($"ended {e.Op}: {((Payload.Words)e.Payload!).Text}"));
        var state = new State { Ops = [One(1, OpKind.Launch)], NextOp = 2 };
        runner.Follow(new Step(state, new State(), default, []));
        Assert.Equal(["ended 1: disk full"], _log);
    }

    [Fact]
    public void Disposal_cancels_everything_and_begins_nothing_more()
    {
        Want(One(1, OpKind.Attend), One(2, OpKind.BootLimit));
        _runner.Dispose();
        Want(One(3, OpKind.Kill));
        Assert.Equal(["begin 1", "begin 2", "cancel 1", "cancel 2"], _log);
    }

    private static Op One(long id, OpKind kind, long target = 0) => new(id, kind, new(target == 0 ? Level.Machine : Level.Device, target));

    private void Want(params Op[] ops)
    {
        var next = new State { Ops = [.. ops], NextOp = Math.Max(_state.NextOp, ops.Length == 0 ? 0 : ops[^1].Id + 1) };
        var step = new Step(next, _state, default, []);
        _state = next;
        _runner.Follow(step);
    }

    private void End(long id, OpEnd end = default) => _begun.Single(begun => begun.Op.Id == id).End.TrySetResult(end);

    // Returns as soon as it is given up.
    private async Task<OpEnd> RunAsync(OpWork work)
    {
        var end = Begin(work);
        using var cancelled = work.Cancelled.Register(() =>
        {
            _log.Add($"cancel {work.Op.Id}");
            end.TrySetCanceled();
        });
        return await end.Task;
    }

    // Returns when the test says so, given up or not.
    private Task<OpEnd> HoldAsync(OpWork work) => Begin(work).Task;

    private TaskCompletionSource<OpEnd> Begin(OpWork work)
    {
        _log.Add($"begin {work.Op.Id}");
        var end = new TaskCompletionSource<OpEnd>();
        _begun.Add((work.Op, end));
        return end;
    }
}
