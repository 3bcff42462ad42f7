using Rx.Qmp;
using Rx.Qmp.Testing;

namespace QmpExamples;

/// <summary>A server made for tests, on the socket given, and a client of it: a disk is removed the way a guest does it.</summary>
internal static class Fake
{
    public static async Task RunAsync(string[] args, CancellationToken stop)
    {
        using var server = new FakeQmpServer();
        server.On("query-status", QmpAnswer.Value("""{"running": true, "status": "running"}"""));

        // The reply says that the request is with the guest; that the guest has let go comes as an event.
        server.On("device_del", command => QmpAnswer.Value().FollowedBy(Deleted(command)));
        var shutdown = QmpText.Event("SHUTDOWN", """{"guest": false, "reason": "host-qmp-quit"}""");
        server.On("quit", QmpAnswer.Value().Following(shutdown).ThenHangUp());
        server.Requests.Subscribe(command => Console.WriteLine($"server: {command.Raw}"));
        using var listening = server.Listen(args[0]);

        await using var client = await QmpClient.ConnectAsync(args[0], stop);
        await client.DeviceRemoveAsync("disk0", TimeSpan.FromSeconds(5), stop);
        Console.WriteLine("client: disk0 is gone");
        await client.QuitAsync(stop);
        Console.WriteLine("client: the machine has ended");
    }

    private static string Deleted(FakeQmpCommand command)
    {
        var id = command.Arguments.GetProperty("id").GetString()!;
        return QmpText.Event("DEVICE_DELETED", $$"""{"device": "{{id}}", "path": "/machine/peripheral/{{id}}"}""");
    }
}
