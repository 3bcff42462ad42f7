namespace Rx.Vm.Testing;

/// <summary>Moments in the life of a simulated machine at which a fault can strike. Each may come more than once.</summary>
public enum SimulatedMoment
{
    /// <summary>The process runs.</summary>
    Started,

    /// <summary>The monitor has accepted the capabilities.</summary>
    Connected,

    /// <summary>The guest has said READY.</summary>
    Booted,

    /// <summary>A disk is being attached: <c>blockdev-add</c> has come.</summary>
    DiskAdding,

    /// <summary>STARTPOD has come.</summary>
    PodStarting,

    /// <summary>The pod's first processes run; the ACK of STARTPOD was sent.</summary>
    PodStarted,

    /// <summary>EXECCMD has come.</summary>
    ExecStarting,

    /// <summary>Every container has ended by itself; FINISHPOD is about to be sent.</summary>
    PodEnded,

    /// <summary>STOPPOD has come.</summary>
    PodStopping,

    /// <summary>A disk is being detached: <c>device_del</c> has come.</summary>
    DiskRemoving,

    /// <summary>READY has come as a command.</summary>
    Rescanning,

    /// <summary>PING has come.</summary>
    Pinged,

    /// <summary>DESTROYPOD has come.</summary>
    PodDestroying,

    /// <summary>The guest has said goodbye and is about to power off.</summary>
    PoweringOff,

    /// <summary><c>quit</c> has come.</summary>
    Quitting,
}
