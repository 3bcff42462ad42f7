namespace Rx.Qmp.Commands;

/// <summary>The reply to query-status.</summary>
/// <param name="Running">True while the guest's processors run.</param>
/// <param name="Status">The run state in QEMU's words (running, paused, prelaunch, inmigrate, …); later versions may add some.</param>
public sealed record StatusInfo(bool Running, string? Status);
