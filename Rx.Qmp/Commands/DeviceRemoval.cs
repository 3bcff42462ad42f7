using System.Reactive;
using System.Reactive.Concurrency;
using Rx.Qmp.Commands.Events;
using Rx.Qmp.Messages;
using Rx.Qmp.Session;

namespace Rx.Qmp.Commands;

/// <summary>Removing a device until it is really gone: device_del is only a request to the guest (H50).</summary>
public static class DeviceRemoval
{
    /// <summary>
    /// Asks for the removal of a device and waits for DEVICE_DELETED. Listens before it asks, so an event that precedes the reply counts
    /// (trap 22). Events of the device's parts do not: they come first, while its back end is still in use.
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
        var request = QmpCommands.DeviceDel(id).WithTimeout(timeout);
        bool inline = client.Options.InlineContinuations;
        var outcome = new TaskCompletionSource(SchedulerDelay.Options(inline));
        using var tap = client.Tap(Observer.Create<QmpEvent>(item => Judge(item, id, outcome), () => Lose(client, outcome)));
        using var timer = client.Options.Scheduler.Schedule(
            timeout, () => outcome.TrySetException(new QmpTimeoutException(request.Name, timeout)));
        using var cancel = cancellationToken.UnsafeRegister(_ => outcome.TrySetCanceled(cancellationToken), null);
        try
        {
            await client.ExecuteAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // Whatever the outcome became meanwhile, the refusal says more; look at it so that it does not count as unobserved.
            _ = outcome.Task.Exception;
            throw;
        }

        await outcome.Task.ConfigureAwait(false);
    }

    private static void Judge(QmpEvent item, string id, TaskCompletionSource outcome)
    {
        if (item.Name == DeviceDeletedEvent.EventName)
        {
            if (item.TryRead<DeviceDeletedEvent>() is { } deleted && IsMeant(deleted.Device, deleted.Path, id))
            {
                outcome.TrySetResult();
            }
        }
        else if (item.Name == DeviceUnplugGuestErrorEvent.EventName || item.Name == "MEM_UNPLUG_ERROR")
        {
            // Up to QEMU 6.1 memory had an event of its own, of the same shape.
            if (TypedEvent.TryRead<DeviceUnplugGuestErrorEvent>(item.Data.Span, item.Timestamp) is { } refused && IsMeant(refused.Device, refused.Path, id))
            {
                outcome.TrySetException(new QmpDeviceUnplugException(id));
            }
        }
    }

    private static bool IsMeant(string? device, string path, string id) =>
        device is null ? path == "/machine/peripheral/" + id : device == id;

    private static void Lose(QmpClient client, TaskCompletionSource outcome) =>
        outcome.TrySetException(client.LossOf("device_del"));
}
