using Rx.Qmp;

namespace QmpExamples;

/// <summary>Presses the power button, waits ten seconds for the guest, and then makes QEMU quit.</summary>
internal static class PowerOff
{
    public static async Task RunAsync(string[] args, CancellationToken stop)
    {
        await using var client = await QmpClient.ConnectAsync(args[0], stop);
        var result = await client.PowerDownAsync(TimeSpan.FromSeconds(10), quitAfterwards: true, stop);
        Console.WriteLine(result.End switch
        {
            QmpPowerDownEnd.ShutDown => $"shut down: {result.Reason}",
            QmpPowerDownEnd.Disconnected => "gone",
            _ => "the guest took no notice",
        });
    }
}
