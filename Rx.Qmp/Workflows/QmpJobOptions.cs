using Rx.Qmp.Isolation;

namespace Rx.Qmp;

/// <summary>What <see cref="QmpJobs"/> does by itself.</summary>
public sealed record QmpJobOptions
{
    /// <summary>True: job-complete is sent when the job is ready (mirror, commit of the active layer). False: the caller does.</summary>
    public bool CompleteWhenReady { get; init; } = true;

    /// <summary>True: job-finalize is sent when the job waits for it (started with auto-finalize false). False: the caller does.</summary>
    public bool FinalizeWhenPending { get; init; } = true;

    /// <summary>True: job-dismiss is sent once the concluded job's error was asked for. False: the job stays in query-jobs.</summary>
    public bool DismissWhenConcluded { get; init; } = true;

    /// <summary>What happens to a job whose stream ends first, by disposal, the deadline or a refused verb. True: job-cancel, and it is
    /// dismissed when it concluded. False: it runs on.</summary>
    public bool CancelWhenAbandoned { get; init; } = true;

    /// <summary>How long a cancelled job is waited for, to dismiss it.</summary>
    public TimeSpan CancelGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the progress is asked for.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the whole may take, from subscribing on; null: as long as it takes.</summary>
    public TimeSpan? Timeout { get; init; }

    internal void Validate()
    {
        TimeLimit.Check(CancelGrace);
        TimeLimit.Check(PollInterval);
        TimeLimit.Check(Timeout ?? TimeLimit.Never, nameof(Timeout));
    }
}
