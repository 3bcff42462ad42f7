namespace Rx.Qmp;

/// <summary>A migration failed or was cancelled by someone else. The machine is where it was, and goes on if it ran.</summary>
public sealed class QmpMigrationException : QmpException
{
    /// <summary>Makes one.</summary>
    /// <param name="reason">The error in QEMU's words; null if it gave none.</param>
    /// <param name="wasCancelled">True if it was cancelled.</param>
    public QmpMigrationException(string? reason, bool wasCancelled)
        : base($"The migration {(wasCancelled ? "was cancelled" : "failed")}: {reason ?? "no error was stated"}.", "migrate")
    {
        Reason = reason;
        WasCancelled = wasCancelled;
    }

    /// <summary>The error in QEMU's words; null if it gave none.</summary>
    public string? Reason { get; }

    /// <summary>True if it was cancelled.</summary>
    public bool WasCancelled { get; }
}
