using Rx.Qmp.Protocol;

namespace Rx.Qmp.Tests;

/// <summary>Callers that block, over a real socket: virtual time stands still while its thread is blocked.</summary>
public sealed class BlockingTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("rxqmp-");

    public void Dispose() => _home.Delete(recursive: true);

    [Fact(Timeout = 60_000)]
    public async Task Commands_that_block_get_their_own_replies_from_many_threads_among_awaited_ones()
    {
        using var server = Echo();
        await using var client = await Connect(server);
        var blocking = Enumerable.Range(0, 4).Select(caller => Task.Factory.StartNew(
            () =>
            {
                for (var i = 0; i < 300; i++)
                {
                    var name = $"blocked-{caller}-{i}";
                    Assert.Equal(name, client.Execute(QmpCommand.Create(name), TestContext.Current.CancellationToken).GetElement().GetString());
                }
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default));
        var awaiting = Enumerable.Range(0, 2).Select(async caller =>
        {
            for (var i = 0; i < 300; i++)
            {
                var name = $"awaited-{caller}-{i}";
                Assert.Equal(name, (await client.ExecuteAsync(QmpCommand.Create(name), TestContext.Current.CancellationToken)).GetElement().GetString());
            }
        });
        await Task.WhenAll([.. blocking, .. awaiting]);
        Assert.Equal(0, client.Statistics.StrayReplies + client.Statistics.LateReplies);
    }

    [Fact(Timeout = 60_000)]
    public async Task Trap31_blocking_on_the_thread_that_reads_the_replies_is_refused_at_once_and_nothing_is_sent()
    {
        using var server = Echo();
        await using var client = await Connect(server, options => options with { InlineContinuations = true });
        var refused = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var subscription = client.EventsOf<ShutdownEvent>().Subscribe(
            _ => refused.SetResult(Assert.ThrowsAny<Exception>(() => client.Execute(QmpCommand.Create("query-a"), TestContext.Current.CancellationToken))));
        server.Send(Shutdown("one"));
        Assert.IsType<InvalidOperationException>(await refused.Task.WaitAsync(TestContext.Current.CancellationToken));
        Assert.Equal("query-b", (await client.ExecuteAsync(QmpCommand.Create("query-b"), TestContext.Current.CancellationToken)).GetElement().GetString());
        Assert.DoesNotContain(server.Received, command => command.Name == "query-a");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_command_that_blocks_ends_by_its_deadline_its_token_and_the_loss_of_the_connection()
    {
        using var server = new FakeQmpServer { Answer = command => command.Name == "silent" ? QmpAnswer.Never : QmpAnswer.Value() };
        await using var client = await Connect(server);
        var silent = QmpCommand.Create("silent");
        Assert.Throws<QmpTimeoutException>(() => client.Execute(silent.WithTimeout(TimeSpan.FromMilliseconds(60)), TestContext.Current.CancellationToken));

        using var stop = new CancellationTokenSource();
        var blocked = Task.Run(() => client.Execute(silent, stop.Token), TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => blocked);
        Assert.Equal("{}", System.Text.Encoding.UTF8.GetString(client.Execute(QmpCommand.Create("query-a"), TestContext.Current.CancellationToken).Json.Span));

        var lost = Task.Run(() => client.Execute(silent, TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        await client.ExecuteAsync(QmpCommand.Create("query-b"), TestContext.Current.CancellationToken);
        server.HangUp();
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => lost);
        Assert.Throws<QmpDisconnectedException>(() => client.Execute(silent, TestContext.Current.CancellationToken));
    }

    private static FakeQmpServer Echo() => new() { Answer = command => QmpAnswer.Value($"\"{command.Name}\"") };

    private static string Shutdown(string reason) =>
        """{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "SHUTDOWN", "data": {"guest": false, "reason": "REASON"}}"""
            .Replace("REASON", reason, StringComparison.Ordinal) + "\r\n";

    private async Task<QmpClient> Connect(
        FakeQmpServer server, Func<QmpClientOptions, QmpClientOptions>? adjust = null)
    {
        var path = Path.Combine(_home.FullName, "qmp");
        server.Listen(path);
        var options = new QmpClientOptions();
        return await QmpClient.ConnectAsync(QmpEndpoint.Unix(path), adjust?.Invoke(options) ?? options, TestContext.Current.CancellationToken);
    }
}
