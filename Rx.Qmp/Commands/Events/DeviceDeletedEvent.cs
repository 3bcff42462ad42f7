using System.Text.Json;
using Rx.Qmp.Messages;

namespace Rx.Qmp.Commands.Events;

/// <summary>DEVICE_DELETED: a device, or a part of one, is gone from the machine.</summary>
/// <param name="Device">The device's id, or null if it has none.</param>
/// <param name="Path">Its QOM path; /machine/peripheral/ID for a device with an id.</param>
/// <param name="At">When, by QEMU's clock; null if unknown.</param>
public sealed record DeviceDeletedEvent(string? Device, string Path, DateTimeOffset? At) : IQmpTypedEvent<DeviceDeletedEvent>
{
    /// <inheritdoc/>
    public static string EventName => "DEVICE_DELETED";

    /// <summary>Reads one.</summary>
    /// <param name="data">On the first token of its data.</param>
    /// <param name="timestamp">When it happened.</param>
    /// <returns>The typed event.</returns>
    /// <exception cref="JsonException">It has neither device nor path.</exception>
    public static DeviceDeletedEvent Read(ref Utf8JsonReader data, DateTimeOffset? timestamp)
    {
        var tree = JsonElement.ParseValue(ref data);
        var device = tree.Member("device").AsText();
        var path = tree.Member("path").AsText();
        return device is null && path is null
            ? throw new JsonException("The event names neither a device nor a path.")
            : new(device, path ?? string.Empty, timestamp);
    }
}
