namespace Rx.Vm.Fold;

/// <summary>Why a request was turned down at the door; nothing was changed by it.</summary>
internal enum Denial : byte
{
    /// <summary>It was not.</summary>
    None,

    /// <summary>Something of the sort is under way.</summary>
    Busy,

    /// <summary>There is no pod.</summary>
    NoPod,

    /// <summary>The target is being stopped or removed.</summary>
    Stopping,

    /// <summary>The machine is being shut down.</summary>
    ShuttingDown,

    /// <summary>The machine has gone.</summary>
    Gone,

    /// <summary>As many as a machine takes are there already: requests, containers or sessions.</summary>
    TooMany,

    /// <summary>The pod needs more devices than a machine has slots for.</summary>
    TooManyDevices,

    /// <summary>The machine is paused: its guest can do nothing.</summary>
    Paused,

    /// <summary>The target does not run.</summary>
    NotRunning,

    /// <summary>There is no such container or session.</summary>
    Unknown,

    /// <summary>The guest cannot do this.</summary>
    Unsupported,
}
