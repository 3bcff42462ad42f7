namespace Rx.Vm.Guest;

/// <summary>How a stream ended.</summary>
/// <param name="Kind">By itself, or with the channel.</param>
/// <param name="ExitCode">
/// The exit code as the guest reported it, for the main stream of an exec when the guest can tell; else null.
/// </param>
internal readonly record struct StreamEnd(StreamEndKind Kind, int? ExitCode);
