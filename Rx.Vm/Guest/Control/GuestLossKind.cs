namespace Rx.Vm.Guest;

/// <summary>How a channel to the guest ended.</summary>
internal enum GuestLossKind : byte
{
    /// <summary>The other end closed it, as it does when the process exits.</summary>
    Closed,

    /// <summary>Reading failed.</summary>
    ReadFailed,

    /// <summary>Writing failed.</summary>
    WriteFailed,

    /// <summary>The guest broke the protocol.</summary>
    Protocol,

    /// <summary>This side failed at what the guest said.</summary>
    HostFailed,

    /// <summary>This side closed it.</summary>
    Disposed,
}
