using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Disposables.Fluent;
using System.Reactive.Linq;
using Rx.Qmp.Isolation;
using Rx.Vm.Guest;
using Rx.Vm.Lifecycle;
using Rx.Vm.Operations;

namespace Rx.Vm.Reactive;

/// <summary>
/// The pipeline of one machine.
/// <code>
/// requests ─┐
/// process  ─┤                                 ┌─► States     (last value replayed, completes when the machine has gone)
/// QMP      ─┼ Merge ► inbox ► Scan(VmFold) ───┼─► answers    ► the callers' tasks
/// guest    ─┤           ▲                     ├─► operations ► deadlines, effects ► events ─┐
/// operations┘           │                     └─► journal, Steps, log, Ended                │
///                       └───────────────────────────────────────────────────────────────────┘
/// </code>
/// </summary>
/// <remarks>
/// Each step goes through one list of handlers, in order and each guarded. What callers and the machine wait for comes first, what only
/// tells of it last.
/// </remarks>
internal sealed class VmPipeline : IDisposable
{
    private const int InboxCapacity = 4096;
    private const int ObserverCapacity = 1024;

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

    /// <summary>Subscribes the sources and starts folding. Once.</summary>
    /// <param name="sources">Where events come from, beside deadlines and what goes wrong here.</param>
    /// <param name="ledger">Who is to be answered.</param>
    /// <param name="work">What is done with each step.</param>
    public void Connect(VmSources sources, CommandLedger ledger, StepWork work)
    {
        var clock = _time.StartStopwatch();
        var deadlines = new OperationRunner<Deadline, VmEvent>(
            static deadline => deadline.Id, new DeadlineTimers(_time, work.ProcessorTime).Wait, Failed).DisposeWith(_lifetime);
        var handlers = new StepHandlers(work.Report)
            .Vital("giving up what is the machine's alone", work.Free)
            .Vital("publishing the state", Publish)
            .Vital("following the state", work.Follow)
            .Vital("answering", step => ledger.Settle(step.Answers))
            .Vital("setting deadlines", step => deadlines.Follow(step.Fold.Deadlines))
            .Vital("carrying out effects", step => RunEffects(step, work))
            .Then("the journal", work.Record)
            .Then("publishing the step", PublishStep)
            .Then("the log", work.Log)
            .Then("ending", End);
        Merge.Of(Failed, sources.Requests, sources.Sessions.Latest(Failed), sources.Effects, deadlines, handlers.Faults)
            .Through(new Inbox<VmEvent>(InboxCapacity, static () => new(VmEventKind.InboxOverflowed), VmSources.IsVital), EventSanitizer.Admit)
            .Scan(Initial, (step, e) => Fold(step, e, clock.Elapsed))
            .Subscribe(handlers.Handle)
            .DisposeWith(_lifetime);
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

        if (step.IsLast)
        {
            _states.Complete();
        }
    }

    // Behind the journal: whoever subscribes now finds there what came before.
    private void PublishStep(VmStep step)
    {
        _steps.Publish(step);
        if (step.IsLast)
        {
            _steps.Complete();
        }
    }

    private static void RunEffects(VmStep step, StepWork work)
    {
        if (step.Effects != VmEffects.None)
        {
            work.RunEffects(step);
        }
    }

    private void End(VmStep step)
    {
        if (step.IsLast)
        {
            _ended.TrySetResult(step.Fold.State);
        }
    }

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

    // A source turns its trouble into events that say more; one that throws all the same is no longer heard, and that must show.
    private static VmEvent Failed(Exception fault) => new(VmEventKind.FoldFaulted) { Text = SafeText.Of(fault) };
}
