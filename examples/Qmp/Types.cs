using Rx.Qmp;
using Rx.Qmp.Protocol;

namespace QmpExamples;

/// <summary>Commands, replies and questions about what a server can do, with types.</summary>
internal static class Types
{
    public static async Task RunAsync(string[] args, CancellationToken stop)
    {
        await using var client = await QmpClient.ConnectAsync(args[0], stop);
        var version = await client.ExecuteAsync(new QueryVersion(), stop);
        Console.WriteLine($"QEMU {version.Qemu?.Major}.{version.Qemu?.Minor}.{version.Qemu?.Micro}");

        var schema = await QmpSchema.QueryAsync(client, stop);
        Console.WriteLine($"{schema.Commands.Length} commands, {schema.Events.Length} events");
        foreach (var path in new[] { "blockdev-add/driver=throttle/throttle-group", "query-status/return/status=paused", "no-such-command" })
        {
            Console.WriteLine($"{path}: {schema.Has(path)}");
        }

        var status = await client.ExecuteAsync(new QueryStatus(), stop);
        Console.WriteLine(status.Status.Known switch
        {
            RunState.Running => "running",
            null => $"a state that was not known when the types were made: {status.Status}",
            _ => $"not running: {status.Status}",
        });
    }
}
