using System.Text.Json;
using Rx.Qmp.Messages;

namespace Rx.Qmp.Commands.Events;

/// <summary>DEVICE_UNPLUG_GUEST_ERROR: the guest refused to let go of a device.</summary>
/// <param name="Device">The device's id, or null if it has none.</param>
/// <param name="Path">Its QOM path; /machine/peripheral/ID for a device with an id.</param>
/// <param name="At">When, by QEMU's clock; null if unknown.</param>
public sealed record DeviceUnplugGuestErrorEvent(string? Device, string Path, DateTimeOffset? At)
    : IQmpTypedEvent<DeviceUnplugGuestErrorEvent>
{
    /// <inheritdoc/>
    public static string EventName => "DEVICE_UNPLUG_GUEST_ERROR";

    /// <summary>Reads one.</summary>
    /// <param name="data">On the first token of its data.</param>
    /// <param name="timestamp">When it happened.</param>
    /// <returns>The typed event.</returns>
    /// <exception cref="JsonException">It has neither device nor path.</exception>
    public static DeviceUnplugGuestErrorEvent Read(ref Utf8JsonReader data, DateTimeOffset? timestamp)
    {
        var tree = JsonElement.ParseValue(ref data);
        var device = tree.Member("device").AsText();
        var path = tree.Member("path").AsText();
        return device is null && path is null
            ? throw new JsonException("The event names neither a device nor a path.")
            : new(device, path ?? string.Empty, timestamp);
    }
}
