using System.Text.Json;

namespace Rx.Qmp.Commands.Events;

/// <summary>POWERDOWN: the power button was pressed; the guest may ignore it.</summary>
/// <param name="At">When, by QEMU's clock; null if unknown.</param>
public sealed record PowerdownEvent(DateTimeOffset? At) : IQmpTypedEvent<PowerdownEvent>
{
    /// <inheritdoc/>
    public static string EventName => "POWERDOWN";

    /// <summary>Reads one.</summary>
    /// <param name="data">On the first token of its data.</param>
    /// <param name="timestamp">When it happened.</param>
    /// <returns>The typed event.</returns>
    public static PowerdownEvent Read(ref Utf8JsonReader data, DateTimeOffset? timestamp) => new(timestamp);
}
