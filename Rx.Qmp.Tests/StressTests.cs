using Microsoft.Reactive.Testing;

namespace Rx.Qmp.Tests;

/// <summary>Real threads, for what virtual time cannot show: callers, reader and canceller racing.</summary>
[Slow]
public class StressTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Commands_of_many_threads_get_their_own_replies_whoever_is_cancelled_meanwhile(bool inline)
    {
        var seed = Seeds.Of(41);
        using var server = new FakeQmpServer(QmpRig.ByHand with { Inline = false })
        {
            Answer = command => (command.Name.EndsWith('7') ? Events.Stop : "") + command.Return($"\"{command.Name}\""),
        };
        server.Send(QmpRig.Greeting);
        var options = new QmpClientOptions { Scheduler = new TestScheduler(), InlineContinuations = inline };
        await using var client = await QmpClient.ConnectAsync(server.ClientEnd, options, TestContext.Current.CancellationToken);
        var callers = Enumerable.Range(0, 8).Select(caller => Task.Run(() => Call(client, caller, new Random(seed + caller))));
        var cancelled = (await Task.WhenAll(callers)).Sum();
        output.WriteLine($"{cancelled} cancelled");

        // All eight places are free again once the late replies are in.
        var last = Enumerable.Range(0, 8).Select(i => client.ExecuteAsync(QmpCommand.Create($"last-{i}"), default));
        await Task.WhenAll(last);
        var statistics = client.Statistics;
        Assert.Equal(statistics.CommandsSent, statistics.Replies);
        Assert.True(statistics.LateReplies <= cancelled);
        Assert.Equal((0, 0, 0), (statistics.StrayReplies, statistics.MalformedMessages, statistics.UnknownMessages));
        Assert.Equal(server.Received.Count, statistics.CommandsSent);
    }

    [Fact]
    public async Task Connections_that_end_under_load_leave_nobody_waiting()
    {
        for (var round = 0; round < 200; round++)
        {
            using var server = new FakeQmpServer(QmpRig.ByHand with { Inline = false });
            server.Send(QmpRig.Greeting);
            var options = new QmpClientOptions { Scheduler = new TestScheduler() };
            await using var client = await QmpClient.ConnectAsync(server.ClientEnd, options, TestContext.Current.CancellationToken);
            var callers = Enumerable.Range(0, 4).Select(_ => Task.Run(() => CallUntilLost(client))).ToArray();
            if (round % 2 == 0)
            {
                server.HangUp();
            }
            else
            {
                await client.DisposeAsync();
            }

            await Task.WhenAll(callers);
        }
    }

    private static async Task<int> Call(QmpClient client, int caller, Random random)
    {
        var cancelled = 0;
        for (var i = 0; i < 2500; i++)
        {
            var name = $"query-{caller}-{i}";
            using var stop = new CancellationTokenSource();
            var reply = client.ExecuteAsync(QmpCommand.Create(name), stop.Token);
            if (random.Next(4) == 0)
            {
                await stop.CancelAsync();
            }

            try
            {
                Assert.Equal(name, (await reply.ConfigureAwait(false)).GetElement().GetString());
            }
            catch (OperationCanceledException)
            {
                cancelled++;
            }
        }

        return cancelled;
    }

    private static async Task CallUntilLost(QmpClient client)
    {
        while (true)
        {
            try
            {
                await client.ExecuteAsync(QmpCommand.Create("query-status"), default).ConfigureAwait(false);
            }
            catch (QmpDisconnectedException)
            {
                return;
            }
        }
    }
}
