using Rx.Qmp.Tests.Agent;

namespace Rx.Qmp.Tests.Isolation;

/// <summary>For every option that is a time: what waits for so long, and whether that is over after a while of virtual time.</summary>
internal static class TimeLimitScenarios
{
    private static readonly TimeSpan Never = Timeout.InfiniteTimeSpan;

    /// <summary>By the option's name: given its value, and the time that passes, whether what it limits is over.</summary>
    public static readonly IReadOnlyDictionary<string, Func<TimeSpan, TimeSpan, bool>> All = new Dictionary<string, Func<TimeSpan, TimeSpan, bool>>
    {
        ["QmpClientOptions.ConnectTimeout"] = (limit, time) =>
        {
            using var rig = new QmpRig(options => options with { ConnectTimeout = limit });
            var connecting = rig.Connect();
            rig.Advance(time.TotalSeconds);
            return connecting.IsCompleted;
        },
        ["QmpClientOptions.CommandTimeout"] = (limit, time) =>
        {
            using var rig = Silent(options => options with { CommandTimeout = limit });
            var command = rig.Execute("a");
            rig.Advance(time.TotalSeconds);
            return command.IsCompleted;
        },
        ["QmpClientOptions.CommandWarning"] = (limit, time) =>
        {
            using var rig = Silent(options => options with { CommandWarning = limit, CommandTimeout = Never });
            _ = rig.Execute("a");
            var before = Warnings(rig);
            rig.Advance(time.TotalSeconds);
            return Warnings(rig) > before;
        },
        ["QmpClientOptions.ResyncTimeout"] = (limit, time) =>
        {
            using var rig = new ReconnectRig(options => options with
            {
                ResyncTimeout = limit,
                Resync = (_, _) => new TaskCompletionSource().Task,
                Reconnect = new QmpClientOptions().Reconnect,
            });
            rig.Script.Serve();
            var connecting = rig.Connect();
            rig.Advance(time.TotalSeconds);
            return connecting.IsCompleted;
        },
        ["QmpReconnectPolicy.StableAfter"] = (limit, time) => (QmpReconnectPolicy.Always with { StableAfter = limit }).IsStable(time),
        ["QmpBatchPolicy.RetryDelay"] = (limit, time) =>
        {
            using var rig = QmpRig.Connected();
            rig.Server.Answer = command => command.Error("DeviceNotActive", "later");
            var batch = rig.Client.ExecuteBatchAsync(
                [QmpCommand.Create("a")], new QmpBatchPolicy { RetryDelay = limit, MaxAttempts = 2 }, CancellationToken.None);
            rig.Advance(time.TotalSeconds);
            return batch.IsCompleted;
        },
        ["QmpJobOptions.Timeout"] = (limit, time) => Job(new() { Timeout = limit, PollInterval = Never }, time, "job-cancel"),
        ["QmpJobOptions.PollInterval"] = (limit, time) => Job(new() { PollInterval = limit }, time, "query-jobs"),
        ["QmpJobOptions.CancelGrace"] = (limit, time) =>
        {
            using var rig = QmpRig.Connected();
            rig.Client.RunJob(Backup, "j", new() { CancelGrace = limit, PollInterval = Never }).Subscribe().Dispose();
            rig.Advance(time.TotalSeconds);
            rig.Server.Send(Events.Job("j", "concluded"));
            return rig.Server.Received[^1].Name != "job-dismiss";
        },
        ["QmpMigrationOptions.Timeout"] = (limit, time) => Migration(new() { Timeout = limit, PollInterval = Never }, time, "migrate_cancel"),
        ["QmpMigrationOptions.PollInterval"] = (limit, time) => Migration(new() { PollInterval = limit }, time, "query-migrate"),
        ["QmpMigrationOptions.CancelGrace"] = (limit, time) => Migration(
            new() { CancelGrace = limit, PollInterval = Never, Timeout = TimeSpan.FromSeconds(1) }, time, command: null),
        ["QgaClientOptions.ConnectTimeout"] = (limit, time) =>
        {
            using var rig = new QgaRig(options => options with { ConnectTimeout = limit, SyncTimeout = Never });
            rig.Agent.Freeze();
            var connecting = rig.Connect();
            rig.Advance(time.TotalSeconds);
            return connecting.IsCompleted;
        },
        ["QgaClientOptions.CommandTimeout"] = (limit, time) =>
        {
            using var rig = QgaRig.Connected(options => options with { CommandTimeout = limit });
            rig.Agent.Answer = _ => null;
            var command = rig.Execute("guest-info");
            rig.Advance(time.TotalSeconds);
            return command.IsCompleted;
        },
        ["QgaClientOptions.SyncTimeout"] = (limit, time) =>
        {
            using var rig = QgaRig.Connected(options => options with { SyncTimeout = limit, CommandTimeout = Never });
            rig.Agent.Freeze();
            var givenUp = rig.Client.ExecuteAsync(QmpCommand.Create("guest-info").WithTimeout(TimeSpan.FromSeconds(1)), CancellationToken.None);
            rig.Advance(2);
            var next = rig.Execute("guest-info");
            rig.Advance(time.TotalSeconds);
            Assert.True(givenUp.IsFaulted);
            return next.IsCompleted;
        },
        ["QgaClientOptions.SilenceIsSuccess"] = (limit, time) =>
        {
            using var rig = QgaRig.Connected(options => options with { SilenceIsSuccess = limit, CommandTimeout = Never });
            rig.Agent.Answer = _ => null;
            var command = rig.Execute("guest-shutdown");
            rig.Advance(time.TotalSeconds);
            return command.IsCompleted;
        },
    };

    private static QmpCommand Backup => QmpCommand.Create("blockdev-backup", writer => writer.WriteString("job-id", "j"));

    private static QmpRig Silent(Func<QmpClientOptions, QmpClientOptions> adjust)
    {
        var rig = QmpRig.Connected(adjust);
        rig.Server.Answer = _ => null;
        return rig;
    }

    private static int Warnings(QmpRig rig) => rig.Log.Lines.Count(line => line.StartsWith("Warning", StringComparison.Ordinal));

    /// <summary>Whether a job that goes on for ever was sent that command after its start.</summary>
    private static bool Job(QmpJobOptions options, TimeSpan time, string command)
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = c => c.Return(c.Name == "query-jobs" ? """[{"id": "j", "status": "running"}]""" : "{}");
        using var job = rig.Client.RunJob(Backup, "j", options).Subscribe(_ => { }, _ => { });
        var before = rig.Server.Received.Count;
        rig.Advance(time.TotalSeconds);
        return rig.Server.Received.Skip(before).Any(c => c.Name == command);
    }

    /// <summary>The same of a migration, or without a command whether it was given up.</summary>
    private static bool Migration(QmpMigrationOptions options, TimeSpan time, string? command)
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = c => c.Return(c.Name == "query-migrate" ? """{"status": "active"}""" : "{}");
        var moving = rig.Client.MigrateAsync("unix:/m", options, cancellationToken: CancellationToken.None);
        var before = rig.Server.Received.Count;
        rig.Advance(time.TotalSeconds);
        return command is null ? moving.IsCompleted : rig.Server.Received.Skip(before).Any(c => c.Name == command);
    }
}
