using System.Reactive.Subjects;
using Rx.Qmp.Isolation;
using Rx.Vm.Fold;

namespace Rx.Vm.Operations;

/// <summary>
/// Runs what the state wants: what appeared in it is begun, what vanished from it is cancelled, and each that was not cancelled ends with
/// exactly one event.
/// </summary>
/// <remarks>
/// <para>What is cancelled is not undone. So of one target the next begins only when the cancelled one has returned; it finds whatever that
/// has left behind. Deadlines neither wait nor are waited for. What leaves something behind outside this process begins only when the state
/// that wants it is safe.</para>
/// <para>Operator checklist. Serialization: events may overlap; an inbox comes behind it. Terminal: never completes. Disposal: cancels
/// everything. Errors: what a handler throws is the failure of its operation, and reported. Scheduler: none. Temperature: hot; subscribe
/// before the first <see cref="Follow"/>. Races: one that ends while it is being cancelled may still tell; its id is stale by then, and
/// whoever folds it drops it.</para>
/// </remarks>
/// <param name="handlers">Who carries out what.</param>
/// <param name="report">Hears what a handler threw.</param>
/// <param name="persist">Makes a state safe; null keeps it nowhere but in memory.</param>
internal sealed class OpRunner(OpTable handlers, Action<Op, Exception> report, Func<State, Task>? persist = null) : IObservable<Event>, IDisposable
{
    // A process, something on the host, a device in the machine, a process in its guest.
    private static readonly OpSet LeavesSomething =
        (OpSet)OpKind.Launch | OpKind.Reserve | OpKind.Plug | OpKind.StartContainer | OpKind.StartSession;

    private readonly Lock _gate = new();
    private readonly Subject<Event> _events = new();
    private readonly List<Running> _running = [];
    private bool _disposed;

    /// <summary>How many are under way, with those that were cancelled and have not returned.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _running.Count;
            }
        }
    }

    /// <summary>Brings what runs in line with the state after <paramref name="step"/>. One call at a time, never from within itself.</summary>
    public void Follow(in Step step)
    {
        if (step.Before.Ops == step.State.Ops)
        {
            return;
        }

        OpDifference.GivenUp(step.Before, step.State, Cancel);
        foreach (var op in OpDifference.Begun(step.Before, step.State))
        {
            Begin(op, step.State);
        }
    }

    /// <inheritdoc/>
    public IDisposable Subscribe(IObserver<Event> observer) => _events.Subscribe(observer);

    /// <inheritdoc/>
    public void Dispose()
    {
        Op[] left;
        lock (_gate)
        {
            _disposed = true;
            left = [.. _running.Select(running => running.Op)];
        }

        Array.ForEach(left, Cancel);
    }

    private void Begin(Op op, State state)
    {
        var running = new Running(op, state, _events.OnNext);
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _running.Add(running);
            running.HasBegun = !MustWait(running);
        }

        if (running.HasBegun)
        {
            _ = RunAsync(running);
        }
    }

    private void Cancel(Op op)
    {
        Running? running;
        lock (_gate)
        {
            running = _running.Find(r => r.Op.Id == op.Id);
            if (running is null || running.IsCancelled)
            {
                return;
            }

            running.IsCancelled = true;
            if (!running.HasBegun)
            {
                _running.Remove(running);
            }
        }

        // Without the lock: what hangs on the token is not known here.
        running.Token.TryCancel();
    }

    private async Task RunAsync(Running running)
    {
        var end = default(OpEnd);
        try
        {
            if (persist is not null && LeavesSomething.Has(running.Op.Kind))
            {
                await persist(running.Work.State).ConfigureAwait(false);
            }

            end = running.IsCancelled ? default : await handlers[running.Op.Kind](running.Work).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (running.IsCancelled)
        {
        }
        catch (Exception fault)
        {
            end = OpEnd.Failed(SafeText.Of(fault));
            report(running.Op, fault);
        }

        Return(running, end);
    }

    private void Return(Running running, OpEnd end)
    {
        bool told;
        lock (_gate)
        {
            _running.Remove(running);
            told = !running.IsCancelled;
        }

        if (told)
        {
            _events.OnNext(Event.Ended(running.Op, end.Status, end.Payload));
        }

        while (NextWaiting(running.Op.Target) is { } next)
        {
            _ = RunAsync(next);
        }
    }

    private Running? NextWaiting(Address target)
    {
        lock (_gate)
        {
            var next = _running.Find(r => !r.HasBegun && r.Op.Target == target && !MustWait(r));
            next?.HasBegun = true;
            return next;
        }
    }

    private bool MustWait(Running running) => !OpSet.Deadlines.Has(running.Op.Kind) && _running.Exists(before =>
        before.IsCancelled && before.Op.Target == running.Op.Target && !OpSet.Deadlines.Has(before.Op.Kind));

    private sealed class Running
    {
        public Running(Op op, State state, Action<Event> tell)
        {
            Op = op;
            Work = new(op, state, Token.Token, tell);
        }

        public Op Op { get; }

        public OpWork Work { get; }

        public CancellationTokenSource Token { get; } = new();

        public bool HasBegun { get; set; }

        public volatile bool IsCancelled;
    }
}
