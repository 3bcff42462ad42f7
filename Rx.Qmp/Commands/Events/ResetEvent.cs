using System.Text.Json;
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

    /// <summary>Reads one.</summary>
    /// <param name="data">On the first token of its data.</param>
    /// <param name="timestamp">When it happened.</param>
    /// <returns>The typed event.</returns>
    public static ResetEvent Read(ref Utf8JsonReader data, DateTimeOffset? timestamp)
    {
        var tree = JsonElement.ParseValue(ref data);
        return new(tree.Member("guest").AsBoolean() ?? false, tree.Member("reason").AsText() ?? string.Empty, timestamp);
    }
}
