namespace Rx.Qmp;

/// <summary>Where a job stands.</summary>
/// <param name="Id">The job's id.</param>
/// <param name="Status">Its status in QEMU's words: created, running, paused, ready, standby, waiting, pending, aborting, concluded, null.
/// Later versions may add some.</param>
/// <param name="Type">Its type, such as backup; null until it was asked for the first time.</param>
/// <param name="Current">How far it is, in units of its own (bytes, for block jobs).</param>
/// <param name="Total">The value of Current at which it would be done, as estimated now; it may grow, and zero says nothing.</param>
public sealed record QmpJobProgress(string Id, string Status, string? Type = null, ulong Current = 0, ulong Total = 0);
