using System.Reactive.Linq;
using Rx.Qmp;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Sources;

/// <summary>What the monitor says, as events of the machine.</summary>
internal static class QmpSource
{
    /// <summary>SHUTDOWN is the one QMP event that concerns the lifecycle; the others are for whoever subscribes to them.</summary>
    public static IObservable<VmEvent> ToEvents(IObservable<QmpEvent> events) =>
        events.Where(e => e.Name == "SHUTDOWN").Select(_ => new VmEvent(VmEventKind.QmpShutdownSeen) { Text = "" });

    /// <summary>Ready; failed, when it ends before it was; disconnected, when it ends after.</summary>
    public static IObservable<VmEvent> ToEvents(IObservable<QmpConnectionState> states) => states
        .Scan((WasReady: false, Event: (VmEvent?)null), (seen, state) => (
            seen.WasReady || state.Phase == QmpConnectionPhase.Ready,
            ToEvent(state, seen.WasReady ? VmEventKind.QmpDisconnected : VmEventKind.QmpFailed)))
        .Where(seen => seen.Event is not null)
        .Select(seen => seen.Event!);

    private static VmEvent? ToEvent(QmpConnectionState state, VmEventKind end) => state.Phase switch
    {
        QmpConnectionPhase.Connecting or QmpConnectionPhase.Negotiating or QmpConnectionPhase.Resyncing => null,
        QmpConnectionPhase.Ready => new VmEvent(VmEventKind.QmpConnected),
        QmpConnectionPhase.Lost => new VmEvent(end) { Text = state.Cause?.Message },
        QmpConnectionPhase.Closed => new VmEvent(end) { Text = "the monitor was closed" },
    };
}
