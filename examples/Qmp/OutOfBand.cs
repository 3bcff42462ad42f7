using Rx.Qmp;
using Rx.Qmp.Protocol;

namespace QmpExamples;

/// <summary>A command that overtakes others which are under way.</summary>
internal static class OutOfBand
{
    public static async Task RunAsync(string[] args, CancellationToken stop)
    {
        await using var client = await QmpClient.ConnectAsync(args[0], stop);
        var schema = await QmpSchema.QueryAsync(client, stop);
        Console.WriteLine($"query-yank may go out of band: {schema.IsOobAllowed(QueryYank.CommandName)}");

        var slow = Enumerable.Range(1, 4).Select(async number =>
        {
            await client.ExecuteAsync(QmpCommand.Create("query-qmp-schema"), stop);
            Console.WriteLine($"schema {number} is here");
        }).ToArray();
        await client.ExecuteOobAsync(new QueryYank(), stop);
        Console.WriteLine("query-yank is here");
        await Task.WhenAll(slow);
    }
}
