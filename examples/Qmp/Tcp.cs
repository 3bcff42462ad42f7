using Rx.Qmp;
using Rx.Qmp.Protocol;

namespace QmpExamples;

/// <summary>The same over TCP: -qmp tcp:127.0.0.1:4444,server=on,wait=off. Whoever reaches the port owns the machine.</summary>
internal static class Tcp
{
    public static async Task RunAsync(string[] args, CancellationToken stop)
    {
        var endpoint = QmpEndpoint.Tcp(args[0], int.Parse(args[1]));
        await using var client = await QmpClient.ConnectAsync(endpoint, new(), stop);
        var status = await client.ExecuteAsync(new QueryStatus(), stop);
        Console.WriteLine($"{endpoint}: {status.Status}");
    }
}
