using System.Text.Json;

namespace Rx.Qmp.Commands.Events;

/// <summary>RESUME: the guest runs on.</summary>
/// <param name="At">When, by QEMU's clock; null if unknown.</param>
public sealed record ResumedEvent(DateTimeOffset? At) : IQmpTypedEvent<ResumedEvent>
{
    /// <inheritdoc/>
    public static string EventName => "RESUME";

    /// <summary>Reads one.</summary>
    /// <param name="data">On the first token of its data.</param>
    /// <param name="timestamp">When it happened.</param>
    /// <returns>The typed event.</returns>
    public static ResumedEvent Read(ref Utf8JsonReader data, DateTimeOffset? timestamp) => new(timestamp);
}
