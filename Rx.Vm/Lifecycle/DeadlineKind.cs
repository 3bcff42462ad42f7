namespace Rx.Vm.Lifecycle;

/// <summary>What a machine can be waiting for. One of each kind is armed at most.</summary>
public enum DeadlineKind : byte
{
    /// <summary>The guest's READY and the QMP greeting, from the launch on.</summary>
    Boot,

    /// <summary>The QMP handshake, from the start of the process on.</summary>
    QmpGreeting,

    /// <summary>Attaching the pod's devices and the ACK of STARTPOD.</summary>
    PodStart,

    /// <summary>The ACK of STOPPOD, detaching the devices and the rescan.</summary>
    PodStop,

    /// <summary>The answer to DESTROYPOD.</summary>
    PodDestroy,

    /// <summary>The exit of a process that was told to quit.</summary>
    Quit,

    /// <summary>The exit of a process that was killed.</summary>
    Kill,

    /// <summary>The exit that usually follows a lost channel, before the process is killed.</summary>
    Loss,

    /// <summary>The release of the host's resources.</summary>
    Release,

    /// <summary>The next keep-alive.</summary>
    Ping,

    /// <summary>The answer to a keep-alive or a call.</summary>
    Pong,

    /// <summary>The turn of a machine that waits for others to boot.</summary>
    Queue,
}
