namespace Rx.Vm.Lifecycle;

/// <summary>Puts the first cause of a machine's end into words.</summary>
internal static class Cause
{
    /// <summary>One line: what went wrong, and what the reporter said about it.</summary>
    public static string? Describe(VmReason reason, VmEvent e)
    {
        var words = Words(reason);
        return words is null || string.IsNullOrWhiteSpace(e.Text) ? words : $"{words}: {e.Text}";
    }

    private static string? Words(VmReason reason) => reason switch
    {
        VmReason.None => null,
        VmReason.PodFinished => "the pod finished",
        VmReason.ShutdownRequested => "shutdown was requested",
        VmReason.KillRequested => "the machine was killed on request",
        VmReason.StartFailed => "the machine could not be started",
        VmReason.BootTimedOut => "the guest was not ready in time",
        VmReason.QmpFailed => "QEMU's monitor did not answer",
        VmReason.DeviceAddFailed => "a device could not be attached",
        VmReason.DeviceRemoveFailed => "a device could not be detached",
        VmReason.PodStartRefused => "the guest could not start the pod",
        VmReason.PodStartTimedOut => "the pod did not start in time",
        VmReason.PodStopRefused => "the guest could not stop the pod",
        VmReason.PodStopTimedOut => "the pod did not stop in time",
        VmReason.ConnectionLost => "the connection to the machine was lost",
        VmReason.GuestUnresponsive => "the guest no longer answers",
        VmReason.GuestShutdown => "the guest shut down by itself",
        VmReason.ProcessDied => "the machine's process died",
        VmReason.InboxOverflowed => "events arrived faster than they could be handled",
        VmReason.InternalError => "internal error",
        VmReason.QueueTimedOut => "its turn to boot did not come in time",
    };
}
