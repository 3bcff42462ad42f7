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
    /// <param name="source">The event.</param>
    /// <returns>The typed event, or null if it has neither device nor path.</returns>
    public static DeviceDeletedEvent? TryRead(QmpEvent source)
    {
        var data = source.DataLeniently;
        var device = data.Member("device").AsText();
        var path = data.Member("path").AsText();
        return device is null && path is null ? null : new(device, path ?? string.Empty, source.Timestamp);
    }
}
