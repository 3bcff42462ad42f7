using System.Text.Json;
using Rx.Qmp.Messages;

namespace Rx.Qmp.Commands.Events;

/// <summary>GUEST_PANICKED: the guest's kernel reported that it crashed.</summary>
/// <param name="Action">What QEMU does about it, in its words: pause, poweroff, run, …; empty if it did not say.</param>
/// <param name="At">When, by QEMU's clock; null if unknown.</param>
public sealed record GuestPanickedEvent(string Action, DateTimeOffset? At) : IQmpTypedEvent<GuestPanickedEvent>
{
    /// <inheritdoc/>
    public static string EventName => "GUEST_PANICKED";

    /// <summary>Reads one.</summary>
    /// <param name="data">On the first token of its data.</param>
    /// <param name="timestamp">When it happened.</param>
    /// <returns>The typed event.</returns>
    public static GuestPanickedEvent Read(ref Utf8JsonReader data, DateTimeOffset? timestamp) =>
        new(JsonElement.ParseValue(ref data).Member("action").AsText() ?? string.Empty, timestamp);
}
