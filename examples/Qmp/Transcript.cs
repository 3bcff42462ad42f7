using Rx.Qmp;
using Rx.Qmp.Protocol;
using Rx.Qmp.Testing;

namespace QmpExamples;

/// <summary>Records what is said to a machine, secrets masked, then plays it to the same code without the machine.</summary>
internal static class Transcript
{
    public static async Task RunAsync(string[] args, CancellationToken stop)
    {
        var (socket, file) = (args[0], args[1]);
        var recorded = QmpTranscript.Record(QmpEndpoint.Unix(socket), () => File.Create(file), new QmpClientOptions().Scheduler);
        await TalkAsync(recorded, stop);
        Console.WriteLine(await File.ReadAllTextAsync(file, stop));

        using var replay = new QmpReplayServer(QmpTranscript.Read(file));
        await TalkAsync(replay.Endpoint, stop);
        replay.Verify();
        Console.WriteLine("Said again, without the machine.");
    }

    private static async Task TalkAsync(QmpEndpoint endpoint, CancellationToken stop)
    {
        await using var client = await QmpClient.ConnectAsync(endpoint, new(), stop);
        await client.ExecuteAsync(new QueryStatus(), stop);
        var secret = new ObjectAdd(new ObjectOptions.Secret { Id = "s0", Data = "nobody should read this" });
        await client.ExecuteAsync(secret, stop);
        await client.ExecuteAsync(new ObjectDel { Id = "s0" }, stop);
    }
}
