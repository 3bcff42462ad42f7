using Rx.Qmp;
using Rx.Qmp.Commands;
using Rx.Qmp.Messages;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Sources;

/// <summary>What the monitor says, as events of the machine.</summary>
internal static class QmpSource
{
    /// <summary>SHUTDOWN is the one QMP event that concerns the lifecycle; the others are for whoever subscribes to them.</summary>
    public static VmEvent? ToEvent(QmpEvent e) =>
        e.Name == "SHUTDOWN" ? new VmEvent(VmEventKind.QmpShutdownSeen) { Text = "" } : null;

    /// <summary>Ready, failed before it was, or ended after.</summary>
    public static VmEvent? ToEvent(QmpConnectionState state) => state.Phase switch
    {
        QmpConnectionPhase.Connecting or QmpConnectionPhase.Negotiating => null,
        QmpConnectionPhase.Ready => new VmEvent(VmEventKind.QmpConnected),
        QmpConnectionPhase.Lost => new VmEvent(VmEventKind.QmpDisconnected) { Text = state.Cause?.Message },
        QmpConnectionPhase.Closed => new VmEvent(VmEventKind.QmpDisconnected) { Text = "the monitor was closed" },
    };
}
