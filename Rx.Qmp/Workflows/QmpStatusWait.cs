using System.Reactive.Concurrency;
using System.Text.Json;
using Rx.Qmp.Isolation;
using Rx.Qmp.Protocol;
using Rx.Qmp.Session;

namespace Rx.Qmp;

/// <summary>Waits until a machine is in a given run state: running, paused, suspended and so on.</summary>
public static class QmpStatusWait
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private static readonly HashSet<string> Changes =
    [
        "STOP", "RESUME", "SHUTDOWN", "RESET", "SUSPEND", "SUSPEND_DISK", "WAKEUP", "GUEST_PANICKED", "GUEST_CRASHLOADED", "WATCHDOG",
        "BLOCK_IO_ERROR", "MIGRATION",
    ];

    private static readonly QmpCommand<StatusInfo> Query =
        QmpCommand.Create("query-status", null, static (ref Utf8JsonReader reader) =>
        {
            var tree = JsonElement.ParseValue(ref reader);
            return new StatusInfo
            {
                Running = tree.Member("running").AsBoolean(),
                Status = new QmpEnum<RunState>(tree.Member("status").AsText() ?? string.Empty),
            };
        });

    /// <summary>
    /// Waits until query-status gives a status. Listens first, then asks, and asks again after every event that may change it, and once a
    /// second: the arrival of an incoming migration, for one, is told by no event. A status that comes and goes between two questions may
    /// be missed. Before x-exit-preconfig QEMU says prelaunch too, and to a migrated machine that was never started.
    /// </summary>
    /// <param name="client">The client.</param>
    /// <param name="status">The status in QEMU's words: running, paused, prelaunch, inmigrate, postmigrate, shutdown, io-error, …</param>
    /// <param name="timeout">How long.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The status as found.</returns>
    /// <exception cref="QmpTimeoutException">Another status all the time.</exception>
    /// <exception cref="QmpCommandException">QEMU refused to tell.</exception>
    /// <exception cref="QmpDisconnectedException">The connection ended meanwhile.</exception>
    public static async Task<StatusInfo> WaitForStatusAsync(
        this QmpClient client, string status, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(status);
        TimeLimit.Check(timeout);
        (var session, timeout) = await client.BindAsync(Query.Name, timeout, cancellationToken).ConfigureAwait(false);
        var again = new Repeater();
        using var wait = new EventWait<StatusInfo>(session, Query.Name, timeout, cancellationToken, (_, item) =>
        {
            if (Changes.Contains(item.Name))
            {
                again.Request();
            }
        });
        again.Begin(() => AskAsync(session, status, wait));
        using var poll = session.Options.Scheduler.Schedule(PollInterval, next =>
        {
            again.Request();
            next(PollInterval);
        });
        return await wait.Outcome.ConfigureAwait(false);
    }

    private static async Task<bool> AskAsync(QmpSession session, string status, EventWait<StatusInfo> wait)
    {
        try
        {
            var found = await session.ExecuteAsync(Query, false, wait.Ended).ConfigureAwait(false);
            if (found.Status.Text == status)
            {
                wait.Succeed(found);
            }
        }
        catch (Exception fault)
        {
            wait.Fail(fault);
        }

        return !wait.Outcome.IsCompleted;
    }
}
