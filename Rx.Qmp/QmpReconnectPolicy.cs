using Rx.Qmp.Isolation;

namespace Rx.Qmp;

/// <summary>Whether, and when, a client connects again after a loss, or after an attempt that failed.</summary>
public sealed record QmpReconnectPolicy
{
    /// <summary>Never: the first failure or loss is the end.</summary>
    public static QmpReconnectPolicy Never { get; } = new() { BackOff = new QmpBackOff(TimeSpan.FromSeconds(1)), MaxRetries = 0 };

    /// <summary>For ever, after a tenth of a second at first and then ever longer, up to 10 s.</summary>
    public static QmpReconnectPolicy Always { get; } = new()
    {
        BackOff = new QmpBackOff(TimeSpan.FromMilliseconds(100), 2, TimeSpan.FromSeconds(10)),
    };

    /// <summary>The pauses before attempts, the one after a loss included.</summary>
    public required QmpBackOff BackOff { get; init; }

    /// <summary>How many times in a row it tries again, after a failure or a loss, before it gives up; null: without end.</summary>
    public int? MaxRetries { get; init; }

    /// <summary>A connection that does not last this long counts as a failed attempt, so that a server which takes every connection and
    /// drops it is not dialled without end or ever more often.</summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether a connection was a good one.</summary>
    /// <param name="lasted">How long commands ran; null: they never did.</param>
    internal bool IsStable(TimeSpan? lasted) => !StableAfter.IsNever() && lasted >= StableAfter;

    internal bool Reconnects => MaxRetries != 0;

    internal bool GivesUpAfter(int retries) => retries >= MaxRetries;

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(BackOff);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxRetries ?? 0, nameof(MaxRetries));
        if (StableAfter != TimeSpan.Zero)
        {
            TimeLimit.Check(StableAfter);
        }
    }
}
