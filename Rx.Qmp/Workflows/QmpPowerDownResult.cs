namespace Rx.Qmp;

/// <summary>What came of asking a machine to power down.</summary>
/// <param name="End">How it went.</param>
/// <param name="Reason">The reason SHUTDOWN gave, such as guest-shutdown; null without that event.</param>
public sealed record QmpPowerDownResult(QmpPowerDownEnd End, string? Reason = null);
