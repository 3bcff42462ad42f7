using System.Collections.Immutable;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Disposables.Fluent;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Rx.Qmp.Isolation;
using Rx.Vm.Guest;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Reactive;

/// <summary>
/// The pipeline of one machine.
/// <code>
/// requests ─┐                                ┌─► States    (last value replayed, completes when the machine has gone)
/// QMP      ─┤                                ├─► answers   ► the callers' tasks
/// guest    ─┤ Post ► inbox ► Scan(VmFold) ───┼─► deadlines ► timers   ► events ─┐
/// process  ─┤          ▲                     ├─► effects   ► handlers ► events ─┤
/// timers   ─┘          │                     └─► journal, Steps, log, Ended     │
///                      └────────────────────────────────────────────────────────┘
/// </code>
/// </summary>
/// <remarks>
/// Each step goes through one list of handlers, in order and each guarded: one that throws is reported and the others are none the worse
/// for it. What callers and the machine wait for comes first, what only tells of it last.
/// </remarks>
internal sealed class VmPipeline : IDisposable
{
    private const int InboxCapacity = 4096;
    private const int ObserverCapacity = 1024;

    private readonly Inbox<VmEvent> _inbox = new(InboxCapacity, () => new VmEvent(VmEventKind.InboxOverflowed), IsVital);
    private readonly CompositeDisposable _lifetime = [];
    private readonly ObserverHub<VmState> _states;
    private readonly ObserverHub<VmStep> _steps;
    private readonly OneShot<VmState> _ended;
    private readonly IScheduler _time;
    private volatile VmState _current;

    /// <summary>A pipeline that folds nothing yet.</summary>
    /// <param name="initial">The step before the first event.</param>
    /// <param name="schedulers">Time, which must be reliable, and where observers are called, which may be anything.</param>
    /// <param name="report">Hears what observers do wrong.</param>
    /// <param name="inline">Whether those who wait for the end continue on the folding thread.</param>
    public VmPipeline(VmStep initial, VmSchedulers schedulers, IDeliveryReport report, bool inline)
    {
        _time = schedulers.Time;
        _current = initial.Fold.State;
        _states = new(replayLast: true, report);
        _steps = new(replayLast: false, report);
        _ended = new(inline);
        States = new HubObservable<VmState>(_states, DeliveryPolicy<VmState>.DropOldest(ObserverCapacity), schedulers.Notify);
        Steps = new HubObservable<VmStep>(_steps, DeliveryPolicy<VmStep>.DropOldest(ObserverCapacity), schedulers.Notify);
        _states.Publish(initial.Fold.State);
        Initial = initial;
    }

    /// <summary>The step before the first event.</summary>
    public VmStep Initial { get; }

    /// <summary>The state that was published last.</summary>
    public VmState Current => _current;

    /// <summary>The current state first, then every later one; completes after the terminal one; never errors.</summary>
    public IObservable<VmState> States { get; }

    /// <summary>Every turn of the fold from now on; completes with the machine.</summary>
    public IObservable<VmStep> Steps { get; }

    /// <summary>Completes with the terminal state, once the step that brought it has been through every handler. Depends on no scheduler and
    /// no observer. Inline, each call gives a task of its own; await it once.</summary>
    public Task<VmState> Ended => _ended.Task;

    /// <summary>Posts what happened. Any thread; returns at once.</summary>
    public void Post(VmEvent e) => _inbox.OnNext(EventSanitizer.Admit(e));

    /// <summary>Starts folding.</summary>
    /// <param name="ledger">Who is to be answered.</param>
    /// <param name="work">What is done with each step.</param>
    public void Connect(CommandLedger ledger, StepWork work)
    {
        var clock = _time.StartStopwatch();
        var deadlines = new Subject<ImmutableArray<Deadline>>();
        deadlines.DistinctUntilChanged().Elapsed(_time)
            .Subscribe(deadline => Post(VmEvent.Elapsed(deadline, WasAtWork(work, deadline)))).DisposeWith(_lifetime);
        StepHandler[] handlers =
        [
            new("giving up what is the machine's alone", IsVital: true, work.Free),
            new("publishing the state", IsVital: true, Publish),
            new("following the state", IsVital: true, work.Follow),
            new("answering", IsVital: true, step => ledger.Settle(step.Answers)),
            new("setting deadlines", IsVital: true, step => deadlines.OnNext(step.Fold.Deadlines)),
            new("carrying out effects", IsVital: true, step =>
            {
                if (step.Effects != VmEffects.None)
                {
                    work.RunEffects(step);
                }
            }),
            new("the journal", IsVital: false, work.Record),
            new("publishing the step", IsVital: false, PublishStep),
            new("the log", IsVital: false, work.Log),
            new("ending", IsVital: false, End),
        ];
        _inbox.Scan(Initial, (step, e) => Fold(step, e, clock.Elapsed))
            .Subscribe(step => Array.ForEach(handlers, handler => Run(handler, step, work)))
            .DisposeWith(_lifetime);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _lifetime.Dispose();
        _states.Complete();
        _steps.Complete();
    }

    // A vital handler turns trouble into events itself; one that throws all the same must not leave its machine waiting for ever. One that
    // throws at that event too has been heard.
    private void Run(StepHandler handler, VmStep step, StepWork work)
    {
        try
        {
            handler.Handle(step);
        }
        catch (Exception fault)
        {
            if (handler.IsVital && step.Event?.Kind != VmEventKind.FoldFaulted)
            {
                Post(new VmEvent(VmEventKind.FoldFaulted) { Text = $"{handler.Name}: {SafeText.Of(fault)}" });
            }

            work.Report(handler.Name, fault);
        }
    }

    private static bool WasAtWork(StepWork work, Deadline deadline)
    {
        try
        {
            return work.WasAtWork(deadline);
        }
        catch (Exception fault)
        {
            work.Report("a deadline", fault);
            return false;
        }
    }

    private void Publish(VmStep step)
    {
        if (step.Published)
        {
            _current = step.Fold.State;
            _states.Publish(step.Fold.State);
        }

        if (IsLast(step))
        {
            _states.Complete();
        }
    }

    // Behind the journal: whoever subscribes now finds there what came before.
    private void PublishStep(VmStep step)
    {
        _steps.Publish(step);
        if (IsLast(step))
        {
            _steps.Complete();
        }
    }

    private void End(VmStep step)
    {
        if (IsLast(step))
        {
            _ended.TrySetResult(step.Fold.State);
        }
    }

    private static bool IsLast(VmStep step) => step.Published && step.Fold.State.IsTerminal;

    // The reducer is total; should it throw all the same, this machine fails visibly and the others never notice.
    private static VmStep Fold(VmStep step, VmEvent e, TimeSpan at)
    {
        try
        {
            return VmFold.Step(step, e, at);
        }
        catch (Exception fault)
        {
            return VmFold.Step(step, EventSanitizer.Admit(new VmEvent(VmEventKind.FoldFaulted) { Text = $"{e.Kind}: {fault.Message}" }), at);
        }
    }

    // Without these a machine that overflowed could not end, or a caller would wait for ever. The machine's own are few by construction;
    // requests are bounded by the callers who wait for them.
    private static bool IsVital(VmEvent e) => e.Kind is VmEventKind.DeadlineElapsed or VmEventKind.DeadlineBusy
        or VmEventKind.StartQueued or VmEventKind.StartAdmitted or VmEventKind.ProcessStarted
        or VmEventKind.ProcessStartFailed or VmEventKind.ProcessExited or VmEventKind.ResourcesReleased or VmEventKind.ResourcesLost
        or VmEventKind.BootRequested or VmEventKind.RunPodRequested or VmEventKind.StopPodRequested or VmEventKind.ShutdownRequested
        or VmEventKind.KillRequested or VmEventKind.CallRequested;

    private sealed record StepHandler(string Name, bool IsVital, Action<VmStep> Handle);
}
