namespace Rx.Qmp.Commands;

/// <summary>The reply to query-name.</summary>
/// <param name="Name">The name given on QEMU's command line, or null.</param>
public sealed record NameInfo(string? Name);
