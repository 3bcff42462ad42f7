using Rx.Qmp;
using Rx.Qmp.Protocol;

namespace QmpExamples;

/// <summary>Commands without await, one after the other, as a script would.</summary>
internal static class Blocking
{
    public static async Task RunAsync(string[] args, CancellationToken stop)
    {
        await using var client = await QmpClient.ConnectAsync(args[0], stop);
        Console.WriteLine($"before: {client.Execute(new QueryStatus(), stop).Status}");
        client.Execute(new Stop(), stop);
        Console.WriteLine($"after stop: {client.Execute(new QueryStatus(), stop).Status}");
    }
}
