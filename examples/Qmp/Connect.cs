using Rx.Qmp;
using Rx.Qmp.Protocol;

namespace QmpExamples;

/// <summary>Connects to a unix socket, which may appear only later, and asks one question.</summary>
internal static class Connect
{
    public static async Task RunAsync(string[] args, CancellationToken stop)
    {
        await using var client = await QmpClient.ConnectAsync(args[0], stop);
        var status = await client.ExecuteAsync(new QueryStatus(), stop);
        Console.WriteLine($"QEMU {client.Greeting!.Version}: {status.Status}");
    }
}
