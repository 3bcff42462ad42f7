using Rx.Qmp.Isolation;

namespace Rx.Qmp;

/// <summary>Pauses that grow: each is <see cref="Factor"/> times as long as the one before, up to a limit. By the client's scheduler,
/// and without chance, so that a test can tell to the tick when what happens.</summary>
public sealed record QmpBackOff
{
    /// <summary>Pauses of one length.</summary>
    /// <param name="pause">That length; positive, or <see cref="Timeout.InfiniteTimeSpan"/> for a pause without end.</param>
    public QmpBackOff(TimeSpan pause)
        : this(pause, 1, pause)
    {
    }

    /// <summary>Pauses that grow.</summary>
    /// <param name="first">The first pause; positive, or <see cref="Timeout.InfiniteTimeSpan"/> for a pause without end.</param>
    /// <param name="factor">How much longer each is than the one before; at least 1.</param>
    /// <param name="longest">No pause is longer; at least <paramref name="first"/>, or <see cref="Timeout.InfiniteTimeSpan"/> for no bound.</param>
    public QmpBackOff(TimeSpan first, double factor, TimeSpan longest)
    {
        TimeLimit.Check(first);
        TimeLimit.Check(longest);
        if (!longest.IsNever())
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(first.IsNever() ? TimeLimit.Never : first, longest, nameof(first));
        }

        if (!(factor >= 1) || double.IsInfinity(factor))
        {
            throw new ArgumentOutOfRangeException(nameof(factor), factor, "At least 1, and finite.");
        }

        First = first;
        Factor = factor;
        Longest = longest;
    }

    /// <summary>The first pause.</summary>
    public TimeSpan First { get; }

    /// <summary>How much longer each pause is than the one before.</summary>
    public double Factor { get; }

    /// <summary>No pause is longer.</summary>
    public TimeSpan Longest { get; }

    /// <summary>The pause after so many attempts in a row have failed.</summary>
    /// <param name="failures">How many; at least 1.</param>
    /// <returns>How long to wait before the next attempt.</returns>
    public TimeSpan After(int failures)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(failures, 1);

        if (First.IsNever())
        {
            return Timeout.InfiniteTimeSpan;
        }

        // In doubles, where too much is infinite and not an overflow.
        var ticks = First.Ticks * Math.Pow(Factor, failures - 1);
        return ticks < (Longest.IsNever() ? TimeLimit.Longest : Longest).Ticks ? TimeSpan.FromTicks((long)ticks) : Longest;
    }
}
