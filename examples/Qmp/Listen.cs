using Rx.Qmp;
using Rx.Qmp.Protocol;

namespace QmpExamples;

/// <summary>The other way round: QEMU dials us. Start this first, then a QEMU with -qmp unix:SOCKET,server=off,reconnect=1, or several.
/// </summary>
internal static class Listen
{
    public static async Task RunAsync(string[] args, CancellationToken stop)
    {
        using var listener = QmpListener.OnUnixSocket(args[0]);
        var patient = new QmpClientOptions { ConnectTimeout = TimeSpan.FromHours(1) };
        while (true)
        {
            await using var client = await listener.AcceptAsync(patient, stop);
            var name = await client.ExecuteAsync(new QueryName(), stop);
            Console.WriteLine($"QEMU {client.Greeting!.Version} called; its name is {name.Name ?? "not set"}");
        }
    }
}
