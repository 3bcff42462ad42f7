using B = Rx.Vm.Fold.Bits;

namespace Rx.Vm.Pods.Folds;

/// <summary>Where a further process in a container stands.</summary>
internal enum SessionPhase : byte
{
    /// <summary>Being started.</summary>
    Requested,

    /// <summary>Running.</summary>
    Running,

    /// <summary>Nobody waits for its start any more: it is being ended.</summary>
    Killing,

    /// <summary>Ended, or never started.</summary>
    Exited,

    /// <summary>Gone with its container.</summary>
    Lost,
}

/// <summary>A session's state.</summary>
/// <param name="Bits">All of it.</param>
internal readonly record struct SessionCore(ulong Bits)
{
    /// <summary>How many bits are used.</summary>
    public const int Width = 4;

    /// <summary>The phase.</summary>
    public SessionPhase Phase { get => (SessionPhase)B.Get(Bits, 0, 3); init => Bits = B.Set(Bits, 0, 3, (int)value); }

    /// <summary>It has run.</summary>
    public bool Came { get => B.Has(Bits, 3); init => Bits = B.Put(Bits, 3, value); }

    /// <summary>Whether it is over.</summary>
    public bool Over => Phase is SessionPhase.Exited or SessionPhase.Lost;
}
