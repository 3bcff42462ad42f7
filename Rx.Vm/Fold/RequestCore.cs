using B = Rx.Vm.Fold.Bits;

namespace Rx.Vm.Fold;

/// <summary>A request's state.</summary>
/// <param name="Bits">All of it.</param>
internal readonly record struct RequestCore(ulong Bits)
{
    /// <summary>How many bits are used.</summary>
    public const int Width = 7;

    /// <summary>What is asked for.</summary>
    public RequestKind Kind { get => (RequestKind)B.Get(Bits, 0, 4); init => Bits = B.Set(Bits, 0, 4, (int)value); }

    /// <summary>Its answer, once there is one.</summary>
    public Verdict Verdict { get => (Verdict)B.Get(Bits, 4, 3); init => Bits = B.Set(Bits, 4, 3, (int)value); }
}

/// <summary>What a target lets a request hope for.</summary>
internal enum Outlook : byte
{
    /// <summary>It is on its way.</summary>
    Open,

    /// <summary>It is so.</summary>
    Good,

    /// <summary>It came to nothing.</summary>
    Bad,

    /// <summary>The target has gone.</summary>
    Gone,
}
