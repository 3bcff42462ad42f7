namespace Rx.Qmp;

/// <summary>Where a migration stands.</summary>
/// <param name="Status">In QEMU's words: setup, active, device, completed, failed, cancelling, cancelled, …; null before it began. Later
/// versions may add some.</param>
/// <param name="TransferredBytes">Memory sent so far; what changed in between counts each time.</param>
/// <param name="RemainingBytes">Memory still to be sent.</param>
/// <param name="TotalBytes">The guest's memory.</param>
public sealed record QmpMigrationProgress(string? Status, ulong TransferredBytes, ulong RemainingBytes, ulong TotalBytes);
