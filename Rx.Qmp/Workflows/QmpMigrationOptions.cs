using Rx.Qmp.Isolation;

namespace Rx.Qmp;

/// <summary>How a migration is followed.</summary>
public sealed record QmpMigrationOptions
{
    /// <summary>How long it may take; null: as long as it takes. What takes longer is cancelled.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How often the progress is asked for.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a migration that is cancelled is waited for.</summary>
    public TimeSpan CancelGrace { get; init; } = TimeSpan.FromSeconds(30);

    internal void Validate()
    {
        TimeLimit.Check(Timeout ?? TimeLimit.Never, nameof(Timeout));
        TimeLimit.Check(PollInterval);
        TimeLimit.Check(CancelGrace);
    }
}
