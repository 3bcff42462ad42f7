using Rx.Qmp;
using Rx.Qmp.Agent;

namespace QmpExamples;

/// <summary>
/// Talks to the agent inside a guest. QEMU's part: -device virtio-serial -chardev socket,id=qga,path=SOCKET,server=on,wait=off
/// -device virtserialport,chardev=qga,name=org.qemu.guest_agent.0. To try it without a guest: qemu-ga -m unix-listen -p SOCKET.
/// </summary>
internal static class Qga
{
    public static async Task RunAsync(string[] args, CancellationToken stop)
    {
        // A guest that is still booting has no agent yet.
        var options = new QgaClientOptions { ConnectTimeout = TimeSpan.FromMinutes(2) };
        await using var client = await QgaClient.ConnectAsync(QmpEndpoint.Unix(args[0]), options, stop);
        var info = await client.ExecuteAsync(QgaCommands.Info, stop);
        Console.WriteLine($"guest agent {info.Version} with {info.Commands.Count(command => command.Value.Enabled)} commands");
        Console.WriteLine($"file systems: {await client.ExecuteAsync(QgaCommands.FileSystemStatus, stop)}");

        if (args.Contains("shutdown"))
        {
            // It answers only with an error: silence, or the end of the connection, is the success.
            await client.ExecuteAsync(QgaCommands.Shutdown(), stop);
            Console.WriteLine("the guest is shutting down");
        }
    }
}
