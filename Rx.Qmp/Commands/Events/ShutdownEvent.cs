using System.Text.Json;
using Rx.Qmp.Messages;

namespace Rx.Qmp.Commands.Events;

/// <summary>SHUTDOWN: the machine is going down. QEMU exits next, unless it runs with -no-shutdown.</summary>
/// <param name="Guest">True if the guest asked for it.</param>
/// <param name="Reason">Why, in QEMU's words: guest-shutdown, guest-panic, host-qmp-quit, host-signal, …; empty if it did not say.</param>
/// <param name="At">When, by QEMU's clock; null if unknown.</param>
public sealed record ShutdownEvent(bool Guest, string Reason, DateTimeOffset? At) : IQmpTypedEvent<ShutdownEvent>
{
    /// <inheritdoc/>
    public static string EventName => "SHUTDOWN";

    /// <summary>Reads one, whatever its shape: that the machine goes down matters more than why.</summary>
    /// <param name="data">On the first token of its data.</param>
    /// <param name="timestamp">When it happened.</param>
    /// <returns>The typed event.</returns>
    public static ShutdownEvent Read(ref Utf8JsonReader data, DateTimeOffset? timestamp)
    {
        var tree = JsonElement.ParseValue(ref data);
        return new(tree.Member("guest").AsBoolean() ?? false, tree.Member("reason").AsText() ?? string.Empty, timestamp);
    }
}
