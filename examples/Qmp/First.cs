using Rx.Qmp;
using Rx.Qmp.Protocol;

namespace QmpExamples;

/// <summary>The first page of the README: one command, one event.</summary>
internal static class First
{
    public static async Task RunAsync(string[] args, CancellationToken stop)
    {
        var path = args[0];

        await using var client = await QmpClient.ConnectAsync(path);
        client.EventsOf<StopEvent>().Subscribe(_ => Console.WriteLine("the machine was paused"));
        var status = await client.ExecuteAsync(new QueryStatus());
        Console.WriteLine($"QEMU {client.Greeting!.Version} is {status.Status}");
        await client.ExecuteAsync(new Stop());
    }
}
