namespace Rx.Vm.Lifecycle;

/// <summary>The armed deadlines of a state, one bit per <see cref="DeadlineKind"/>.</summary>
/// <param name="Bits">Bit n stands for the kind with value n.</param>
internal readonly record struct DeadlineSet(ushort Bits)
{
    /// <summary>How many kinds there are.</summary>
    public const int Kinds = 12;

    /// <summary>Nothing armed.</summary>
    public static DeadlineSet Empty => default;

    /// <summary>Whether nothing is armed.</summary>
    public bool IsEmpty => Bits == 0;

    /// <summary>The set of exactly <paramref name="kind"/>.</summary>
    public static DeadlineSet Of(DeadlineKind kind) => new((ushort)(1 << (int)kind));

    /// <summary>Whether <paramref name="kind"/> is armed.</summary>
    public bool Has(DeadlineKind kind) => (Bits & (1 << (int)kind)) != 0;

    /// <summary>This set and <paramref name="kind"/>.</summary>
    public DeadlineSet With(DeadlineKind kind) => new((ushort)(Bits | (1 << (int)kind)));

    /// <summary>This set without <paramref name="kind"/>.</summary>
    public DeadlineSet Without(DeadlineKind kind) => new((ushort)(Bits & ~(1 << (int)kind)));

    /// <inheritdoc/>
    public override string ToString()
    {
        var self = this;
        return string.Join('+', Enum.GetValues<DeadlineKind>().Where(k => self.Has(k)));
    }
}
