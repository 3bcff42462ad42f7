using System.Reactive;
using Rx.Qmp.Isolation;
using Rx.Qmp.Protocol;

namespace Rx.Qmp;

/// <summary>Removing a device until it is really gone: device_del is only a request to the guest.</summary>
public static class QmpDeviceRemoval
{
    /// <summary>
    /// Asks for the removal of a device and waits for DEVICE_DELETED. Listens before it asks, so an event that precedes the reply counts.
    /// Events of the device's parts do not: they come first, while its back end is still in use.
    /// </summary>
    /// <param name="client">The client.</param>
    /// <param name="id">The device's id.</param>
    /// <param name="timeout">How long asking and waiting may take. A guest may never answer; a reset of the machine completes
    /// the removal.</param>
    /// <param name="cancellationToken">Stops waiting. The request stands: the device may still go.</param>
    /// <returns>A task that completes when the device is gone and its back end may be removed.</returns>
    /// <exception cref="QmpDeviceUnplugException">The guest refused.</exception>
    /// <exception cref="QmpTimeoutException">Not gone in time.</exception>
    /// <exception cref="QmpCommandException">QEMU refused: no such device, it cannot be unplugged, or its removal was asked for
    /// before.</exception>
    /// <exception cref="QmpDisconnectedException">The connection ended meanwhile.</exception>
    public static async Task DeviceRemoveAsync(
        this QmpClient client, string id, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        TimeLimit.Check(timeout);
        QmpId.Check(id, nameof(id));
        var request = new DeviceDel { Id = id }.Encode();
        (var session, timeout) = await client.BindAsync(request.Name, timeout, cancellationToken).ConfigureAwait(false);
        using var wait = new EventWait<Unit>(session, request.Name, timeout, cancellationToken, (wait, item) => Judge(wait, item, id));
        await wait.AskAsync(request).ConfigureAwait(false);
    }

    private static void Judge(EventWait<Unit> wait, QmpEvent item, string id)
    {
        if (item.Name == DeviceDeletedEvent.EventName)
        {
            if (IsMeant(item, id))
            {
                wait.Succeed(Unit.Default);
            }
        }
        else if (item.Name == DeviceUnplugGuestErrorEvent.EventName || item.Name == "MEM_UNPLUG_ERROR")
        {
            // Up to QEMU 6.1 memory had an event of its own, of the same shape.
            if (IsMeant(item, id))
            {
                wait.Fail(new QmpDeviceUnplugException(id));
            }
        }
    }

    private static bool IsMeant(QmpEvent item, string id)
    {
        var data = item.DataLeniently;
        return data.Member("device").AsText() is { } device
            ? device == id
            : data.Member("path").AsText() == "/machine/peripheral/" + id;
    }
}
