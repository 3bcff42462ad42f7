using System.Reactive;
using Rx.Qmp;
using Rx.Qmp.Protocol;

namespace Rx.Benchmarks.Qmp;

/// <summary>What the load program can do, each a function of how often.</summary>
internal static class QmpLoadModes
{
    private static readonly QmpCommand<Rx.Qmp.Protocol.StatusInfo> Status = new QueryStatus().Encode();

    public static Func<int, Task> Of(string mode, QmpClient client, int depth) => mode switch
    {
        "seq" => count => Sequential(client, count),
        "async" => count => Async(client, count),
        "pipe" => count => Pipelined(client, count, depth),
        "events" => count => Flood(client, count, observe: true),
        "filtered" => count => Flood(client, count, observe: false),
        "schema" => count => Schema(client, count),
        _ => throw new ArgumentException($"--mode {mode}: not known."),
    };

    /// <summary>One blocking command after the other.</summary>
    private static Task Sequential(QmpClient client, int count)
    {
        for (var i = 0; i < count; i++)
        {
            client.Execute(Status);
        }

        return Task.CompletedTask;
    }

    /// <summary>One awaited command after the other.</summary>
    private static async Task Async(QmpClient client, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await client.ExecuteAsync(Status).ConfigureAwait(false);
        }
    }

    /// <summary>As many callers as the depth says, each awaiting one command after the other.</summary>
    private static async Task Pipelined(QmpClient client, int count, int depth)
    {
        var left = count;
        await Task.WhenAll(Enumerable.Range(0, depth).Select(_ => Caller()));

        async Task Caller()
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await client.ExecuteAsync(Status).ConfigureAwait(false);
            }
        }
    }

    /// <summary>A flood of events, to one observer who gets them read, or to one who wants another kind.</summary>
    private static async Task Flood(QmpClient client, int count, bool observe)
    {
        long seen = 0;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var before = client.Statistics.Events;
        using var subscription = observe
            ? client.EventsOf<BlockJobCompletedEvent>().Subscribe(Observer.Create<BlockJobCompletedEvent>(item =>
            {
                if (item.Offset != 1_000_000_000 + seen)
                {
                    all.TrySetException(new InvalidOperationException($"Event {seen} is out of order."));
                }

                if (++seen == count)
                {
                    all.TrySetResult();
                }
            }))
            : client.EventsOf<ShutdownEvent>().Subscribe(Observer.Create<ShutdownEvent>(static _ => { }));
        await client.ExecuteAsync(QmpCommand.Create("x-flood", writer => writer.WriteNumber("n", count))).ConfigureAwait(false);
        if (observe)
        {
            await all.Task.ConfigureAwait(false);
            return;
        }

        // The server answers commands again once the flood is out.
        while (client.Statistics.Events - before < count)
        {
            await client.ExecuteAsync(Status).ConfigureAwait(false);
        }
    }

    /// <summary>The schema, fetched and made into an index.</summary>
    private static async Task Schema(QmpClient client, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var schema = await client.ExecuteAsync(QmpSchema.Query).ConfigureAwait(false);
            if (!schema.Has("query-status"))
            {
                throw new InvalidOperationException("The server has no schema.");
            }
        }
    }
}
