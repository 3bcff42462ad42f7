using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Disposables.Fluent;
using System.Reactive.Linq;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Reactive;

/// <summary>
/// The pipeline of one machine.
/// <code>
/// requests ─┐
/// QMP      ─┤                                ┌─► States   (last value replayed, completes when the machine has gone)
/// guest    ─┤ Post ► inbox ► Scan(VmFold) ───┼─► Steps    (the journal)
/// process  ─┤          ▲                     ├─► answers  ► the callers' tasks
/// deadlines─┘          │                     └─► effects  ► handlers ─► events ─┐
///                      └────────────────────────────────────────────────────────┘
/// </code>
/// </summary>
internal sealed class VmPipeline : IDisposable
{
    private const int InboxCapacity = 4096;
    private const int ObserverCapacity = 1024;

    private readonly Inbox<VmEvent> _inbox = new(InboxCapacity, () => new VmEvent(VmEventKind.InboxOverflowed), IsVital);
    private readonly CompositeDisposable _lifetime = [];
    private readonly Fanout<VmState> _states;
    private readonly Fanout<VmStep> _steps;
    private readonly IScheduler _time;
    private volatile VmState _current;

    public VmPipeline(VmStep initial, VmSchedulers schedulers, Action<Exception> report)
    {
        _time = schedulers.Time;
        _current = initial.Fold.State;
        _states = new(schedulers.Notify, ObserverCapacity, replayLast: true, report);
        _steps = new(schedulers.Notify, ObserverCapacity, replayLast: false, report);
        _states.Publish(initial.Fold.State);
        Initial = initial;
    }

    /// <summary>The step before the first event.</summary>
    public VmStep Initial { get; }

    /// <summary>The state that was published last.</summary>
    public VmState Current => _current;

    /// <summary>The current state first, then every later one; completes after the terminal one; never errors.</summary>
    public IObservable<VmState> States => _states;

    /// <summary>Every turn of the fold from now on; completes with the machine.</summary>
    public IObservable<VmStep> Steps => _steps;

    /// <summary>Posts what happened. Any thread; returns at once.</summary>
    public void Post(VmEvent e) => _inbox.OnNext(EventDoor.Admit(e));

    /// <summary>Starts folding. Each step is first recorded, then published, answered, its deadlines set, its effects run.</summary>
    public void Connect(
        CommandLedger ledger, Action<VmStep> record, Action<VmStep> follow, Action<VmStep> runEffects, Action<VmStep> log,
        Func<Deadline, bool>? wasAtWork = null)
    {
        var clock = _time.StartStopwatch();
        var steps = _inbox.Scan(Initial, (step, e) => Fold(step, e, clock.Elapsed)).Publish();

        steps.Subscribe(record).DisposeWith(_lifetime);
        steps.Subscribe(Publish).DisposeWith(_lifetime);
        steps.Subscribe(log).DisposeWith(_lifetime);
        steps.Subscribe(follow).DisposeWith(_lifetime);
        steps.Subscribe(step =>
        {
            foreach (var answer in step.Answers)
            {
                ledger.Settle(answer);
            }
        }).DisposeWith(_lifetime);
        steps.Select(step => step.Fold.Deadlines).DistinctUntilChanged().Elapsed(_time)
            .Subscribe(deadline => Post(VmEvent.Elapsed(deadline, wasAtWork?.Invoke(deadline) ?? false))).DisposeWith(_lifetime);
        steps.Where(step => step.Effects != VmEffects.None).Subscribe(runEffects).DisposeWith(_lifetime);
        steps.Connect().DisposeWith(_lifetime);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _lifetime.Dispose();
        _states.Complete();
        _steps.Complete();
    }

    private void Publish(VmStep step)
    {
        if (step.Published)
        {
            _current = step.Fold.State;
            _states.Publish(step.Fold.State);
        }

        _steps.Publish(step);
        if (step.Published && step.Fold.State.IsTerminal)
        {
            _states.Complete();
            _steps.Complete();
        }
    }

    // The reducer is total; should it throw all the same, this machine fails visibly and the others never notice (F32).
    private static VmStep Fold(VmStep step, VmEvent e, TimeSpan at)
    {
        try
        {
            return VmFold.Step(step, e, at);
        }
        catch (Exception fault)
        {
            return VmFold.Step(step, EventDoor.Admit(new VmEvent(VmEventKind.FoldFaulted) { Text = $"{e.Kind}: {fault.Message}" }), at);
        }
    }

    // Without these a machine that overflowed could not end, or a caller would wait for ever. The machine's own are few by construction;
    // requests are bounded by the callers who wait for them.
    private static bool IsVital(VmEvent e) => e.Kind is VmEventKind.DeadlineElapsed or VmEventKind.DeadlineBusy
        or VmEventKind.StartQueued or VmEventKind.StartAdmitted or VmEventKind.ProcessStarted
        or VmEventKind.ProcessStartFailed or VmEventKind.ProcessExited or VmEventKind.ResourcesReleased or VmEventKind.ResourcesLost
        or VmEventKind.BootRequested or VmEventKind.RunPodRequested or VmEventKind.StopPodRequested or VmEventKind.ShutdownRequested
        or VmEventKind.KillRequested or VmEventKind.CallRequested;
}
