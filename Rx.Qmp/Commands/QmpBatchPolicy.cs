using Rx.Qmp.Isolation;

namespace Rx.Qmp;

/// <summary>How a batch treats errors.</summary>
public sealed record QmpBatchPolicy
{
    /// <summary>Three attempts, a second apart, for errors of class DeviceNotActive only.</summary>
    public static QmpBatchPolicy Default { get; } = new();

    /// <summary>Attempts per command, the first included; at least 1.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>Pause before an attempt that follows a failed one, by the client's scheduler; zero for none. There is none after the last.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Says whether the same command may succeed later without having had an effect already. What it does not call transient,
    /// a timeout and a lost connection above all, is never retried.</summary>
    public Func<QmpCommandException, bool> IsTransient { get; init; } = static error => error.ErrorClass == "DeviceNotActive";

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxAttempts, 1);
        if (RetryDelay != TimeSpan.Zero)
        {
            TimeLimit.Check(RetryDelay);
        }
    }
}
