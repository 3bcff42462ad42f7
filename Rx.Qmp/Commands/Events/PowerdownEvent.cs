using Rx.Qmp.Messages;

namespace Rx.Qmp.Commands.Events;

/// <summary>POWERDOWN: the power button was pressed; the guest may ignore it.</summary>
/// <param name="At">When, by QEMU's clock; null if unknown.</param>
public sealed record PowerdownEvent(DateTimeOffset? At) : IQmpTypedEvent<PowerdownEvent>
{
    /// <inheritdoc/>
    public static string EventName => "POWERDOWN";

    /// <summary>Reads one; never null.</summary>
    /// <param name="source">The event.</param>
    /// <returns>The typed event.</returns>
    public static PowerdownEvent? TryRead(QmpEvent source) => new(source.Timestamp);
}
