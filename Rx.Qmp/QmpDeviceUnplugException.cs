namespace Rx.Qmp;

/// <summary>The guest refused to let go of a device. It is still plugged in and in use.</summary>
public sealed class QmpDeviceUnplugException : QmpException
{
    /// <summary>Makes one.</summary>
    /// <param name="device">The device's id.</param>
    public QmpDeviceUnplugException(string device)
        : base($"The guest refused to let go of {device}.", "device_del") => Device = device;

    /// <summary>The device's id.</summary>
    public string Device { get; }
}
