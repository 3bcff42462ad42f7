using Rx.Qmp.Messages;

namespace Rx.Qmp.Commands.Events;

/// <summary>RESET: the machine is restarting.</summary>
/// <param name="Guest">True if the guest asked for it.</param>
/// <param name="Reason">Why, in QEMU's words; empty if it did not say.</param>
/// <param name="At">When, by QEMU's clock; null if unknown.</param>
public sealed record ResetEvent(bool Guest, string Reason, DateTimeOffset? At) : IQmpTypedEvent<ResetEvent>
{
    /// <inheritdoc/>
    public static string EventName => "RESET";

    /// <summary>Reads one; never null.</summary>
    /// <param name="source">The event.</param>
    /// <returns>The typed event.</returns>
    public static ResetEvent? TryRead(QmpEvent source)
    {
        var data = source.DataLeniently;
        return new(data.Member("guest").AsBoolean() ?? false, data.Member("reason").AsText() ?? string.Empty, source.Timestamp);
    }
}
