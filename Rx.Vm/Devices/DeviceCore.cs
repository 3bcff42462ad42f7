using B = Rx.Vm.Fold.Bits;

namespace Rx.Vm.Devices;

/// <summary>Where a device stands on its way into the machine and out of it.</summary>
internal enum DevicePhase : byte
{
    /// <summary>Known.</summary>
    Planned,

    /// <summary>Getting what it needs on the host.</summary>
    Reserving,

    /// <summary>Being added to the machine.</summary>
    Plugging,

    /// <summary>Being found by the guest.</summary>
    Confirming,

    /// <summary>There.</summary>
    Attached,

    /// <summary>The guest is letting go of it.</summary>
    Unmounting,

    /// <summary>Being taken from the machine.</summary>
    Unplugging,

    /// <summary>Giving back what it had on the host.</summary>
    Releasing,

    /// <summary>Nothing is left of it.</summary>
    Released,
}

/// <summary>What an owner tells its devices; it only rises, for each of them.</summary>
internal enum DeviceWord : byte
{
    /// <summary>Wait.</summary>
    Hold,

    /// <summary>Be attached.</summary>
    Want,

    /// <summary>Go no further, and wait for the turn to be let go.</summary>
    Halt,

    /// <summary>Be let go.</summary>
    Drop,

    /// <summary>The guest is given up: rest until the process has gone.</summary>
    Cut,

    /// <summary>The process has gone: give back what is held on the host.</summary>
    Lost,
}

/// <summary>A device's state.</summary>
/// <param name="Bits">All of it.</param>
internal readonly record struct DeviceCore(ulong Bits)
{
    /// <summary>How many bits are used.</summary>
    public const int Width = 8;

    /// <summary>The phase.</summary>
    public DevicePhase Phase { get => (DevicePhase)B.Get(Bits, 0, 4); init => Bits = B.Set(Bits, 0, 4, (int)value); }

    /// <summary>Nothing is done for it until it is told more: its step was given up, or has failed.</summary>
    public bool Halted { get => B.Has(Bits, 4); init => Bits = B.Put(Bits, 4, value); }

    /// <summary>It could not be attached.</summary>
    public bool Failed { get => B.Has(Bits, 5); init => Bits = B.Put(Bits, 5, value); }

    /// <summary>It does not come off.</summary>
    public bool Stuck { get => B.Has(Bits, 6); init => Bits = B.Put(Bits, 6, value); }

    /// <summary>What it had on the host was not given back.</summary>
    public bool Leaked { get => B.Has(Bits, 7); init => Bits = B.Put(Bits, 7, value); }
}
