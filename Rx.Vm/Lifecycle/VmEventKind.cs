namespace Rx.Vm.Lifecycle;

/// <summary>What can happen to a machine. The order is part of the packed search and of journals: append only.</summary>
public enum VmEventKind : byte
{
    // Requests of callers.

    /// <summary>Boot the machine now, without a pod.</summary>
    BootRequested,

    /// <summary>Run a pod; operand: how many devices it needs.</summary>
    RunPodRequested,

    /// <summary>Stop the pod and keep the machine.</summary>
    StopPodRequested,

    /// <summary>Shut the machine down gracefully.</summary>
    ShutdownRequested,

    /// <summary>Kill the process at once.</summary>
    KillRequested,

    /// <summary>A call into a running pod: exec, signal, window size.</summary>
    CallRequested,

    // The process.

    /// <summary>The process runs.</summary>
    ProcessStarted,

    /// <summary>The process could not be started.</summary>
    ProcessStartFailed,

    /// <summary>The process has gone.</summary>
    ProcessExited,

    // QMP.

    /// <summary>The monitor greeted and accepted the capabilities.</summary>
    QmpConnected,

    /// <summary>The monitor handshake failed.</summary>
    QmpFailed,

    /// <summary>The monitor connection ended.</summary>
    QmpDisconnected,

    /// <summary>SHUTDOWN: the guest powered off or reset, or QEMU was told to quit.</summary>
    QmpShutdownSeen,

    // The guest.

    /// <summary>READY from the guest's init.</summary>
    GuestReady,

    /// <summary>The control or stream channel ended, or broke the protocol.</summary>
    GuestDisconnected,

    /// <summary>ACK of STARTPOD.</summary>
    PodStartAcked,

    /// <summary>ERROR to STARTPOD.</summary>
    PodStartRefused,

    /// <summary>ACK of STOPPOD.</summary>
    PodStopAcked,

    /// <summary>ERROR to STOPPOD.</summary>
    PodStopRefused,

    /// <summary>ACK of DESTROYPOD (or the goodbye that stands for it).</summary>
    PodDestroyAcked,

    /// <summary>ERROR to DESTROYPOD.</summary>
    PodDestroyRefused,

    /// <summary>ACK of the READY command (rescan).</summary>
    RescanAcked,

    /// <summary>ERROR to the READY command.</summary>
    RescanRefused,

    /// <summary>Answer to PING.</summary>
    PingAcked,

    /// <summary>ACK of a call.</summary>
    CallAcked,

    /// <summary>ERROR to a call.</summary>
    CallRefused,

    /// <summary>FINISHPOD: every container has ended.</summary>
    PodFinished,

    // Devices; operand: the slot.

    /// <summary>The device is visible to the machine.</summary>
    DeviceAdded,

    /// <summary>The device could not be attached.</summary>
    DeviceAddFailed,

    /// <summary>The device has left the machine and its backend is closed.</summary>
    DeviceRemoved,

    /// <summary>The device could not be detached.</summary>
    DeviceRemoveFailed,

    // Resources of the host.

    /// <summary>Everything the machine held on the host was released.</summary>
    ResourcesReleased,

    /// <summary>Some of it could not be released and is listed as lost.</summary>
    ResourcesLost,

    /// <summary>A deadline elapsed; operand: its <see cref="DeadlineKind"/>.</summary>
    DeadlineElapsed,

    // Faults of the runtime itself.

    /// <summary>The inbox was full.</summary>
    InboxOverflowed,

    /// <summary>The fold threw.</summary>
    FoldFaulted,

    // The start queue; and limits that need not be believed.

    /// <summary>The host boots as many machines as it can: this one waits for its turn.</summary>
    StartQueued,

    /// <summary>Its turn has come; the process is being started.</summary>
    StartAdmitted,

    /// <summary>
    /// A deadline elapsed although the machine's process has been using its processor all the while; operand: its
    /// <see cref="DeadlineKind"/>. The fold gives it more time, or takes it for <see cref="DeadlineElapsed"/> when it had enough.
    /// </summary>
    DeadlineBusy,
}
