namespace Rx.Vm.Lifecycle;

/// <summary>Why a request was turned down at once. Callers get it in a <see cref="VmRefusedException"/>.</summary>
public enum Refusal : byte
{
    /// <summary>Not refused.</summary>
    None,

    /// <summary>The machine already has a pod, or is starting or stopping one.</summary>
    Busy,

    /// <summary>There is no pod.</summary>
    NoPod,

    /// <summary>The pod is being stopped: the guest takes no other command until it has.</summary>
    Stopping,

    /// <summary>The machine is being shut down.</summary>
    ShuttingDown,

    /// <summary>The machine has gone.</summary>
    Gone,

    /// <summary>Too many calls are waiting for the guest.</summary>
    TooManyCalls,

    /// <summary>The pod needs more devices than a machine has slots for.</summary>
    TooManyDevices,

    /// <summary>The pod asks for more memory or processors than the machine has. Told before anything else is asked.</summary>
    TooSmall,
}
