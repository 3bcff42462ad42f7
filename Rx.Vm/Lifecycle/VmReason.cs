namespace Rx.Vm.Lifecycle;

/// <summary>Why a machine left its normal course: the first cause, kept to the end.</summary>
public enum VmReason : byte
{
    /// <summary>Nothing unusual.</summary>
    None,

    /// <summary>The pod ended by itself and the machine was not to be kept.</summary>
    PodFinished,

    /// <summary>A caller asked for shutdown.</summary>
    ShutdownRequested,

    /// <summary>A caller asked for the process to be killed.</summary>
    KillRequested,

    /// <summary>The process could not be started.</summary>
    StartFailed,

    /// <summary>The guest was not ready in time.</summary>
    BootTimedOut,

    /// <summary>QMP did not greet, or refused the handshake.</summary>
    QmpFailed,

    /// <summary>A device could not be attached.</summary>
    DeviceAddFailed,

    /// <summary>A device could not be detached.</summary>
    DeviceRemoveFailed,

    /// <summary>The guest refused to start the pod.</summary>
    PodStartRefused,

    /// <summary>The pod did not start in time.</summary>
    PodStartTimedOut,

    /// <summary>The guest refused to stop the pod, or to rescan after it.</summary>
    PodStopRefused,

    /// <summary>The pod did not stop, or its devices were not detached, in time.</summary>
    PodStopTimedOut,

    /// <summary>A channel to the machine broke while its process lived on.</summary>
    ConnectionLost,

    /// <summary>The guest answered nothing for the ping and pong times.</summary>
    GuestUnresponsive,

    /// <summary>The guest powered off, reset or panicked by itself.</summary>
    GuestShutdown,

    /// <summary>The process ended although nobody had asked for it.</summary>
    ProcessDied,

    /// <summary>More events than the inbox holds arrived at once.</summary>
    InboxOverflowed,

    /// <summary>The fold itself failed: a defect in this library. The journal shows the event.</summary>
    InternalError,

    /// <summary>Other machines were booting for so long that this one's turn did not come.</summary>
    QueueTimedOut,
}
