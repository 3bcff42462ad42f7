using System.Reactive.Concurrency;
using Rx.Qmp.Session;

namespace Rx.Qmp;

/// <summary>Moves a machine to another QEMU, or saves it to a file, and follows that to its end: QEMU's reply to migrate only says that it
/// began.</summary>
public static partial class QmpMigration
{
    private const string Name = "migrate";

    private static readonly QmpCommand EnableEvents = QmpCommand.Create("migrate-set-capabilities", static writer =>
    {
        writer.WriteStartArray("capabilities"u8);
        writer.WriteStartObject();
        writer.WriteString("capability"u8, "events"u8);
        writer.WriteBoolean("state"u8, true);
        writer.WriteEndObject();
        writer.WriteEndArray();
    });

    /// <summary>
    /// Migrates the machine and waits until it is done. Switches the migration's events on first, and asks for the progress all the same:
    /// where they cannot be switched on the end is found by asking. Afterwards the machine is stopped, in status postmigrate.
    /// </summary>
    /// <param name="client">The client.</param>
    /// <param name="uri">Where to: unix:PATH, tcp:HOST:PORT, fd:NAME, …</param>
    /// <param name="options">How it is followed; null: the defaults.</param>
    /// <param name="progress">Told of each change; runs where the caller continues, and must not block.</param>
    /// <param name="cancellationToken">Cancels the migration, and returns when that has come about.</param>
    /// <returns>Where it stood at its end.</returns>
    /// <exception cref="QmpMigrationException">It failed, or someone else cancelled it.</exception>
    /// <exception cref="QmpCommandException">QEMU refused: a device that cannot be migrated, another migration, …</exception>
    /// <exception cref="QmpTimeoutException">It took too long and was cancelled.</exception>
    /// <exception cref="QmpDisconnectedException">The connection ended meanwhile.</exception>
    public static async Task<QmpMigrationProgress> MigrateAsync(
        this QmpClient client,
        string uri,
        QmpMigrationOptions? options = null,
        IProgress<QmpMigrationProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(uri);
        options ??= new QmpMigrationOptions();
        options.Validate();
        var session = await client.BindAsync(Name, cancellationToken).ConfigureAwait(false);
        return await RunAsync(session, uri, options, progress, cancellationToken).ConfigureAwait(false);
    }

    internal static async Task<QmpMigrationProgress> RunAsync(
        QmpSession session,
        string uri,
        QmpMigrationOptions options,
        IProgress<QmpMigrationProgress>? progress,
        CancellationToken cancellationToken)
    {
        var command = QmpCommand.Create(Name, writer => writer.WriteString("uri"u8, uri));
        try
        {
            await session.ExecuteAsync(EnableEvents, false, cancellationToken).ConfigureAwait(false);
        }
        catch (QmpCommandException)
        {
            // Asking has to do.
        }

        var again = new Repeater();
        using var wait = Listen(session, command.Name, options.Timeout, again, cancellationToken);
        PendingCommand? migrate = null;
        try
        {
            await session.ExecuteAsync(command, out migrate, cancellationToken).ConfigureAwait(false);
            return await FollowAsync(session, wait, again, options, (info, last) => Judge(wait, info, last, progress)).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is OperationCanceledException or QmpTimeoutException && session.WasSent(migrate!))
        {
            // Only then: one that was never sent is not under way, and what is belongs to somebody else.
            await CancelAsync(session, options).ConfigureAwait(false);
            throw;
        }
    }

    private static void Judge(
        EventWait<QmpMigrationProgress> wait, MigrationReport info, MigrationReport? last, IProgress<QmpMigrationProgress>? progress)
    {
        if (info.Progress != last?.Progress)
        {
            Tell(progress, info.Progress);
        }

        switch (info.Progress.Status)
        {
            case "completed":
                wait.Succeed(info.Progress);
                break;
            case "failed" or "cancelled":
                wait.Fail(new QmpMigrationException(info.Error, info.Progress.Status == "cancelled"));
                break;
        }
    }

    /// <summary>Tells the application, whose exception is no reason for the migration to fail.</summary>
    private static void Tell(IProgress<QmpMigrationProgress>? listener, QmpMigrationProgress progress)
    {
        try
        {
            listener?.Report(progress);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // Whoever throws here is the one who would have been told.
        }
    }

    /// <summary>Cancels, and waits for that as long as the options allow: until then QEMU takes no other migration.</summary>
    private static async Task CancelAsync(QmpSession session, QmpMigrationOptions options)
    {
        const string name = "migrate_cancel";
        var again = new Repeater();
        using var wait = Listen(session, name, options.CancelGrace, again, CancellationToken.None);
        try
        {
            await session.ExecuteAsync(QmpCommand.Create(name), false, CancellationToken.None).ConfigureAwait(false);
            await FollowAsync(session, wait, again, options, (info, _) =>
            {
                if (info.IsOver)
                {
                    wait.Succeed(info.Progress);
                }
            }).ConfigureAwait(false);
        }
        catch (QmpException)
        {
            // What the migration ended with before says more.
        }
    }

    private static EventWait<QmpMigrationProgress> Listen(
        QmpSession session, string name, TimeSpan? timeout, Repeater again, CancellationToken cancellationToken) =>
        new(session, name, timeout, cancellationToken, (_, item) =>
        {
            if (item.Name == "MIGRATION")
            {
                again.Request();
            }
        });

    private static async Task<QmpMigrationProgress> FollowAsync(
        QmpSession session,
        EventWait<QmpMigrationProgress> wait,
        Repeater again,
        QmpMigrationOptions options,
        Action<MigrationReport, MigrationReport?> judge)
    {
        MigrationReport? last = null;
        again.Begin(async () =>
        {
            try
            {
                var info = await session.ExecuteAsync(MigrationReport.Query, false, wait.Ended).ConfigureAwait(false);
                judge(info, last);
                last = info;
            }
            catch (Exception fault)
            {
                wait.Fail(fault);
            }

            return !wait.Outcome.IsCompleted;
        });
        using var poll = session.Options.Scheduler.Schedule(options.PollInterval, next =>
        {
            again.Request();
            next(options.PollInterval);
        });
        return await wait.Outcome.ConfigureAwait(false);
    }
}
