using System.Text.Json;

namespace Rx.Qmp.Commands.Events;

/// <summary>STOP: the guest was paused.</summary>
/// <param name="At">When, by QEMU's clock; null if unknown.</param>
public sealed record StoppedEvent(DateTimeOffset? At) : IQmpTypedEvent<StoppedEvent>
{
    /// <inheritdoc/>
    public static string EventName => "STOP";

    /// <summary>Reads one.</summary>
    /// <param name="data">On the first token of its data.</param>
    /// <param name="timestamp">When it happened.</param>
    /// <returns>The typed event.</returns>
    public static StoppedEvent Read(ref Utf8JsonReader data, DateTimeOffset? timestamp) => new(timestamp);
}
