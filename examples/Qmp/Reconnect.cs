using Rx.Qmp;
using Rx.Qmp.Protocol;

namespace QmpExamples;

/// <summary>Stays with a machine over restarts of its QEMU. Try it: stop and start QEMU while this runs.</summary>
internal static class Reconnect
{
    public static async Task RunAsync(string[] args, CancellationToken stop)
    {
        var options = new QmpClientOptions
        {
            Reconnect = QmpReconnectPolicy.Always,

            // What happened in the gap was missed: look at how things are, before anyone else's commands run.
            Resync = async (client, resyncStop) =>
            {
                var status = await client.ExecuteAsync(new QueryStatus(), resyncStop);
                Console.WriteLine($"  now {status.Status}");
            },
        };
        await using var client = new QmpClient(options);
        var ended = new TaskCompletionSource();
        using var states = client.ConnectionStates.Subscribe(
            state => Console.WriteLine($"{state.Phase}, connection {state.Connection} {state.Cause?.Message}"), ended.SetResult);
        using var events = client.Events.Subscribe(item => Console.WriteLine($"  event {item.Name}"));
        await client.ConnectAsync(QmpEndpoint.Unix(args[0]), stop);
        await ended.Task.WaitAsync(stop);
    }
}
