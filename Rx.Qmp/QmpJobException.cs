namespace Rx.Qmp;

/// <summary>A job failed or was cancelled.</summary>
public sealed class QmpJobException : QmpException
{
    /// <summary>Makes one.</summary>
    /// <param name="command">The command that started it.</param>
    /// <param name="job">The job's id.</param>
    /// <param name="reason">The job's error in QEMU's words; null if QEMU kept none.</param>
    /// <param name="wasCancelled">True if it was cancelled.</param>
    public QmpJobException(string command, string job, string? reason, bool wasCancelled)
        : base($"Job {job} {(wasCancelled ? "was cancelled" : "failed")}: {reason ?? "no error was stated"}.", command)
    {
        Job = job;
        Reason = reason;
        WasCancelled = wasCancelled;
    }

    /// <summary>The job's id.</summary>
    public string Job { get; }

    /// <summary>The job's error in QEMU's words; null if QEMU kept none.</summary>
    public string? Reason { get; }

    /// <summary>True if it was cancelled, by whomever.</summary>
    public bool WasCancelled { get; }
}
