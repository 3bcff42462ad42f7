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
    /// <param name="source">The event.</param>
    /// <returns>The typed event, or null if it has neither device nor path.</returns>
    public static DeviceUnplugGuestErrorEvent? TryRead(QmpEvent source)
    {
        var data = source.DataLeniently;
        var device = data.Member("device").AsText();
        var path = data.Member("path").AsText();
        return device is null && path is null ? null : new(device, path ?? string.Empty, source.Timestamp);
    }
}
