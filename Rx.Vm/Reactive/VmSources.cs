using System.Reactive.Linq;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Reactive;

/// <summary>Where the events of a machine come from. Each may emit from any thread, calls may overlap.</summary>
internal sealed record VmSources
{
    /// <summary>What callers ask.</summary>
    public IObservable<VmEvent> Requests { get; init; } = Observable.Never<VmEvent>();

    /// <summary>
    /// For each process that was started, what it says: its own start and end, its monitor, its guest. A later one takes the place of the
    /// one before, whose facts are dropped from then on.
    /// </summary>
    public IObservable<IObservable<VmEvent>> Sessions { get; init; } = Observable.Never<IObservable<VmEvent>>();

    /// <summary>What comes of effects.</summary>
    public IObservable<VmEvent> Effects { get; init; } = Observable.Never<VmEvent>();

    /// <summary>
    /// Whether an event gets in however many wait: without these a machine that overflowed could not end, or a caller would wait for ever.
    /// The machine's own are few by construction; requests are bounded by the callers who wait for them.
    /// </summary>
    public static bool IsVital(VmEvent e) => e.Kind is VmEventKind.DeadlineElapsed or VmEventKind.DeadlineBusy
        or VmEventKind.StartQueued or VmEventKind.StartAdmitted or VmEventKind.ProcessStarted
        or VmEventKind.ProcessStartFailed or VmEventKind.ProcessExited or VmEventKind.ResourcesReleased or VmEventKind.ResourcesLost
        or VmEventKind.BootRequested or VmEventKind.RunPodRequested or VmEventKind.StopPodRequested or VmEventKind.ShutdownRequested
        or VmEventKind.KillRequested or VmEventKind.CallRequested;
}
