using B = Rx.Vm.Fold.Bits;

namespace Rx.Vm.Pods.Folds;

/// <summary>Where a container stands.</summary>
internal enum ContainerPhase : byte
{
    /// <summary>Known.</summary>
    Planned,

    /// <summary>Its devices are being attached.</summary>
    Attaching,

    /// <summary>They are, and it waits for the others.</summary>
    Attached,

    /// <summary>Being started.</summary>
    Starting,

    /// <summary>Running.</summary>
    Running,

    /// <summary>Ended, and to be started again after a pause.</summary>
    BackingOff,

    /// <summary>Asked to end.</summary>
    Stopping,

    /// <summary>Made to end.</summary>
    Killing,

    /// <summary>It does not end.</summary>
    Stuck,

    /// <summary>Ended; its devices are still there.</summary>
    Exited,

    /// <summary>Its devices are coming off.</summary>
    Removing,

    /// <summary>The guest was given up.</summary>
    Cut,

    /// <summary>The process has gone; leases are being returned.</summary>
    Lost,

    /// <summary>Nothing is left of it.</summary>
    Removed,
}

/// <summary>What is done when a container ends by itself.</summary>
internal enum RestartPolicy : byte
{
    /// <summary>Nothing.</summary>
    Never,

    /// <summary>It is started again unless it ended with success.</summary>
    OnFailure,

    /// <summary>It is started again.</summary>
    Always,
}

/// <summary>The first thing that went wrong with a container.</summary>
internal enum ContainerFault : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A device could not be attached.</summary>
    Device,

    /// <summary>The guest refused to start it.</summary>
    Start,

    /// <summary>It did not start in time.</summary>
    StartLate,

    /// <summary>The guest refused to end it.</summary>
    StopRefused,

    /// <summary>It did not end in time.</summary>
    StopLate,
}

/// <summary>A container's state.</summary>
/// <param name="Bits">All of it.</param>
internal readonly record struct ContainerCore(ulong Bits)
{
    /// <summary>How many bits are used.</summary>
    public const int Width = 22;

    /// <summary>The highest attempt that is told from the next.</summary>
    public const int MaxAttempt = 15;

    /// <summary>The phase.</summary>
    public ContainerPhase Phase { get => (ContainerPhase)B.Get(Bits, 0, 4); init => Bits = B.Set(Bits, 0, 4, (int)value); }

    /// <summary>What is done when it ends by itself.</summary>
    public RestartPolicy Policy { get => (RestartPolicy)B.Get(Bits, 4, 2); init => Bits = B.Set(Bits, 4, 2, (int)value); }

    /// <summary>How often it was started again since it last ran steadily. No decision asks for more than whether it is 0.</summary>
    public int Attempt { get => B.Get(Bits, 6, 4); init => Bits = B.Set(Bits, 6, 4, value); }

    /// <summary>The first thing that went wrong.</summary>
    public ContainerFault Fault { get => (ContainerFault)B.Get(Bits, 10, 3); init => Bits = B.Set(Bits, 10, 3, (int)value); }

    /// <summary>All its devices were attached.</summary>
    public bool Ready { get => B.Has(Bits, 13); init => Bits = B.Put(Bits, 13, value); }

    /// <summary>It has run.</summary>
    public bool Once { get => B.Has(Bits, 14); init => Bits = B.Put(Bits, 14, value); }

    /// <summary>It has come up since somebody last asked for it.</summary>
    public bool Came { get => B.Has(Bits, 15); init => Bits = B.Put(Bits, 15, value); }

    /// <summary>It is to be started again as soon as it has ended.</summary>
    public bool Again { get => B.Has(Bits, 16); init => Bits = B.Put(Bits, 16, value); }

    /// <summary>It is to be taken from the pod as soon as it has ended.</summary>
    public bool Doomed { get => B.Has(Bits, 17); init => Bits = B.Put(Bits, 17, value); }

    /// <summary>It was added to a running pod, which does not fail with it.</summary>
    public bool Late { get => B.Has(Bits, 18); init => Bits = B.Put(Bits, 18, value); }

    /// <summary>A device does not come off.</summary>
    public bool StuckOut { get => B.Has(Bits, 19); init => Bits = B.Put(Bits, 19, value); }

    /// <summary>Something was lost on the host.</summary>
    public bool Leaked { get => B.Has(Bits, 20); init => Bits = B.Put(Bits, 20, value); }

    /// <summary>The machine took it along before it was removed in order.</summary>
    public bool Taken { get => B.Has(Bits, 21); init => Bits = B.Put(Bits, 21, value); }
}
