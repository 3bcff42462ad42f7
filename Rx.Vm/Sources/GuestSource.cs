using Rx.Vm.Guest;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Sources;

/// <summary>What the control channel says, as events of the machine.</summary>
internal static class GuestSource
{
    /// <summary>The event that <paramref name="message"/> is, or null for an answer that concerns nobody.</summary>
    public static VmEvent? ToEvent(GuestMessage message) => message switch
    {
        GuestReady ready => new VmEvent(VmEventKind.GuestReady) { Text = ready.Features.Describe() },
        GuestAcked acked => Acked(acked),
        GuestRefused refused => Refused(refused),
        PodFinished finished => new VmEvent(VmEventKind.PodFinished) { ExitCodes = finished.ExitCodes },
        GuestLost lost => new VmEvent(VmEventKind.GuestDisconnected) { Text = lost.Reason },
        _ => null,
    };

    private static VmEvent? Acked(GuestAcked acked) => acked.Code switch
    {
        GuestCode.StartPod => new VmEvent(VmEventKind.PodStartAcked),
        GuestCode.StopPod => new VmEvent(VmEventKind.PodStopAcked)
        {
            ExitCodes = new([.. ControlFrame.ReadExitCodes(acked.Payload.Span)]),
        },
        GuestCode.DestroyPod => new VmEvent(VmEventKind.PodDestroyAcked),
        GuestCode.Ready => new VmEvent(VmEventKind.RescanAcked),
        GuestCode.Ping => new VmEvent(VmEventKind.PingAcked),
        GuestCode.ExecCmd or GuestCode.WinSize or GuestCode.KillContainer => new VmEvent(VmEventKind.CallAcked) { Token = acked.Token },
        _ => null,
    };

    private static VmEvent? Refused(GuestRefused refused)
    {
        VmEventKind? kind = refused.Code switch
        {
            GuestCode.StartPod => VmEventKind.PodStartRefused,
            GuestCode.StopPod => VmEventKind.PodStopRefused,
            GuestCode.DestroyPod => VmEventKind.PodDestroyRefused,
            GuestCode.Ready => VmEventKind.RescanRefused,

            // Even a refusal is a sign of life.
            GuestCode.Ping => VmEventKind.PingAcked,
            GuestCode.ExecCmd or GuestCode.WinSize or GuestCode.KillContainer => VmEventKind.CallRefused,
            _ => null,
        };
        return kind is { } k ? new VmEvent(k) { Token = refused.Token, Text = refused.Text } : null;
    }
}
