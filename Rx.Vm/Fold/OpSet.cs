using System.Numerics;

namespace Rx.Vm.Fold;

/// <summary>A set of operation kinds.</summary>
/// <param name="Bits">Bit n stands for the kind with number n.</param>
internal readonly record struct OpSet(ulong Bits)
{
    /// <summary>How many kinds there are, <see cref="OpKind.None"/> among them.</summary>
    public const int Kinds = (int)OpKind.RequestLimit + 1;

    /// <summary>The deadlines.</summary>
    public static OpSet Deadlines => new((1UL << Kinds) - (1UL << (int)OpKind.QueueLimit));

    /// <summary>Whether it holds nothing.</summary>
    public bool IsEmpty => Bits == 0;

    /// <summary>How many it holds.</summary>
    public int Count => BitOperations.PopCount(Bits);

    /// <summary>Whether it holds <paramref name="kind"/>.</summary>
    public bool Has(OpKind kind) => (Bits >> (int)kind & 1) != 0;

    /// <summary>The lowest kind; only of a set that is not empty.</summary>
    public OpKind First => (OpKind)BitOperations.TrailingZeroCount(Bits);

    /// <summary>The set without its lowest kind.</summary>
    public OpSet Rest => new(Bits & Bits - 1);

    /// <summary>A set of one.</summary>
    public static implicit operator OpSet(OpKind kind) => new(1UL << (int)kind);

    /// <summary>What is in either.</summary>
    public static OpSet operator |(OpSet left, OpSet right) => new(left.Bits | right.Bits);

    /// <summary>What is in both.</summary>
    public static OpSet operator &(OpSet left, OpSet right) => new(left.Bits & right.Bits);

    /// <summary>What is in the left only.</summary>
    public static OpSet operator -(OpSet left, OpSet right) => new(left.Bits & ~right.Bits);

    /// <inheritdoc/>
    public override string ToString()
    {
        var self = this;
        return string.Join('+', Enum.GetValues<OpKind>().Where(kind => self.Has(kind)));
    }
}
