using Rx.Qmp;

namespace QmpExamples;

/// <summary>Shows events until the connection ends. Whoever reads too slowly loses the oldest, and is told how many.</summary>
internal static class WatchEvents
{
    public static async Task RunAsync(string[] args, CancellationToken stop)
    {
        await using var client = new QmpClient();

        // Before connecting, so that nothing is missed. Of a thousand updates of one device only the latest waits.
        var buffer = QmpEventBuffer.Latest(100, QmpEventKey.Device);
        using var reader = client.ReadEvents(buffer);
        await client.ConnectAsync(QmpEndpoint.Unix(args[0]), stop);
        await foreach (var item in reader.ReadAllAsync(stop).Where(item => args.Length == 1 || item.Concerns(args[1])))
        {
            Console.WriteLine($"{item.Timestamp:HH:mm:ss.ffffff} {item.Name} {item.GetDataElement()}");
        }

        Console.WriteLine($"the connection has ended; replaced {reader.Loss.Replaced}, dropped {reader.Loss.Dropped}");
    }
}
