using Rx.Qmp.Isolation;
using Rx.Qmp.Protocol;
using Rx.Qmp.Session;

namespace Rx.Qmp;

/// <summary>Powering a machine down: the reply says that the button was pressed, nothing more.</summary>
public static class QmpPowerDown
{
    /// <summary>
    /// Presses the power button and waits until the machine shuts down: for SHUTDOWN, or for the connection's end, which is a success
    /// here. With -no-shutdown QEMU lives on, stopped; else it hangs up soon after the event. A guest may take no notice at all.
    /// </summary>
    /// <param name="client">The client.</param>
    /// <param name="grace">How long the guest has.</param>
    /// <param name="quitAfterwards">True: when the grace is over QEMU is told to quit, which takes its own time
    /// (<see cref="QmpClient.QuitAsync"/>).</param>
    /// <param name="cancellationToken">Stops waiting; the guest may shut down all the same.</param>
    /// <returns>How it went.</returns>
    /// <exception cref="QmpTimeoutException">The grace is over and the machine still runs; or QEMU does not quit.</exception>
    /// <exception cref="QmpCommandException">QEMU refused.</exception>
    /// <exception cref="QmpDisconnectedException">The connection had ended before.</exception>
    public static async Task<QmpPowerDownResult> PowerDownAsync(
        this QmpClient client, TimeSpan grace, bool quitAfterwards = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        TimeLimit.Check(grace);
        var button = KnownCommands.SystemPowerdown;
        (var session, grace) = await client.BindAsync(button.Name, grace, cancellationToken).ConfigureAwait(false);
        var pressed = false;
        using var wait = new EventWait<QmpPowerDownResult>(
            session,
            button.Name,
            grace,
            cancellationToken,
            (wait, item) =>
            {
                if (item.Name == ShutdownEvent.EventName)
                {
                    wait.Succeed(new(QmpPowerDownEnd.ShutDown, item.DataLeniently.Member("reason").AsText() ?? string.Empty));
                }
            },
            wait =>
            {
                // A connection that had ended before anything was asked says nothing about the machine.
                if (Volatile.Read(ref pressed))
                {
                    wait.Succeed(new(QmpPowerDownEnd.Disconnected));
                }
            });
        try
        {
            Volatile.Write(ref pressed, !wait.Outcome.IsCompleted);
            return await wait.AskAsync(button).ConfigureAwait(false);
        }
        catch (QmpDisconnectedException) when (pressed)
        {
            // The end may come before the reply.
            return wait.Outcome.IsCompletedSuccessfully
                ? await wait.Outcome.ConfigureAwait(false)
                : new QmpPowerDownResult(QmpPowerDownEnd.Disconnected);
        }
        catch (QmpTimeoutException) when (quitAfterwards)
        {
            return await QuitAsync(session, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<QmpPowerDownResult> QuitAsync(QmpSession session, CancellationToken cancellationToken)
    {
        try
        {
            await session.QuitAsync(KnownCommands.Quit, cancellationToken).ConfigureAwait(false);
            return new(QmpPowerDownEnd.Quit);
        }
        catch (QmpDisconnectedException)
        {
            // It went in the very moment its time was up.
            return new(QmpPowerDownEnd.Disconnected);
        }
    }
}
