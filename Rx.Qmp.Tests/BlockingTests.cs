using System.Reactive.Concurrency;
using Rx.Qmp.Protocol;

namespace Rx.Qmp.Tests;

/// <summary>Callers that block, over a real socket: virtual time stands still while its thread is blocked.</summary>
public sealed class BlockingTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("rxqmp-");

    public static TheoryData<QmpReading> Readings => [QmpReading.Async, QmpReading.Blocking];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _home.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Readings))]
    public async Task Commands_that_block_get_their_own_replies_from_many_threads_among_awaited_ones(QmpReading reading)
    {
        using var server = Echo();
        await using var client = await Connect(server, reading);
        var blocking = Enumerable.Range(0, 4).Select(caller => Task.Factory.StartNew(
            () =>
            {
                for (int i = 0; i < 300; i++)
                {
                    string name = $"blocked-{caller}-{i}";
                    Assert.Equal(name, client.Execute(QmpCommand.Create(name), Token).GetElement().GetString());
                }
            },
            Token,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default));
        var awaiting = Enumerable.Range(0, 2).Select(async caller =>
        {
            for (int i = 0; i < 300; i++)
            {
                string name = $"awaited-{caller}-{i}";
                Assert.Equal(name, (await client.ExecuteAsync(QmpCommand.Create(name), Token)).GetElement().GetString());
            }
        });
        await Task.WhenAll([.. blocking, .. awaiting]);
        Assert.Equal(0, client.Statistics.StrayReplies + client.Statistics.LateReplies);
    }

    [Theory]
    [MemberData(nameof(Readings))]
    public async Task Trap31_a_command_that_blocks_inside_an_observer_on_the_reading_thread_is_answered(QmpReading reading)
    {
        using var server = Echo();
        await using var client = await Connect(server, reading, options => options with { InlineContinuations = true });
        var seen = new List<string>();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var subscription = client.EventsOf<ShutdownEvent>().Subscribe(item =>
        {
            seen.Add(client.Execute(QmpCommand.Create($"about-{item.Reason}"), Token).GetElement().GetString()!);
            if (seen.Count == 2)
            {
                done.SetResult();
            }
        });

        // Both in one write, so that the second is at hand while the first is being handled.
        server.Send(Shutdown("one") + Shutdown("two"));
        await done.Task.WaitAsync(Token);
        Assert.Equal(["about-one", "about-two"], seen);
    }

    [Theory]
    [MemberData(nameof(Readings))]
    public async Task Events_come_although_nobody_blocks_any_more(QmpReading reading)
    {
        using var server = Echo();
        await using var client = await Connect(server, reading);
        for (int i = 0; i < 20; i++)
        {
            client.Execute(QmpCommand.Create("query-a"), Token);
        }

        var came = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var subscription = client.EventsOf<ShutdownEvent>().Subscribe(_ => came.SetResult());
        server.Send(Shutdown("late"));
        await came.Task.WaitAsync(Token);
    }

    [Theory]
    [MemberData(nameof(Readings))]
    public async Task A_command_that_blocks_ends_by_its_deadline_its_token_and_the_loss_of_the_connection(QmpReading reading)
    {
        using var server = new FakeQmpServer { Answer = command => command.Name == "silent" ? QmpAnswer.Never : QmpAnswer.Value() };
        await using var client = await Connect(server, reading);
        var silent = QmpCommand.Create("silent");
        Assert.Throws<QmpTimeoutException>(() => client.Execute(silent.WithTimeout(TimeSpan.FromMilliseconds(60)), Token));

        using var stop = new CancellationTokenSource();
        var blocked = Task.Run(() => client.Execute(silent, stop.Token), Token);
        await stop.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => blocked);
        Assert.Equal("{}", System.Text.Encoding.UTF8.GetString(client.Execute(QmpCommand.Create("query-a"), Token).Json.Span));

        var lost = Task.Run(() => client.Execute(silent, Token), Token);
        await client.ExecuteAsync(QmpCommand.Create("query-b"), Token);
        server.HangUp();
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => lost);
        Assert.Throws<QmpDisconnectedException>(() => client.Execute(silent, Token));
    }

    [Fact]
    public async Task A_client_that_blocks_in_the_kernel_closes_at_once()
    {
        using var server = Echo();
        var client = await Connect(server, QmpReading.Blocking);
        await client.DisposeAsync();
        await client.DisposeAsync();
        Assert.Throws<QmpDisconnectedException>(() => client.Execute(QmpCommand.Create("query-a"), Token));
    }

    [Fact]
    public async Task A_server_that_reads_nothing_blocks_no_caller_that_awaits()
    {
        using var server = Echo();
        await using var client = await Connect(server, QmpReading.Blocking);
        server.StopReading();
        string long1 = new('x', 600_000);
        var large = Enumerable.Range(0, 4)
            .Select(_ => client.ExecuteAsync(QmpCommand.Create("large", writer => writer.WriteString("text", long1)), Token).AsTask())
            .ToArray();
        Assert.DoesNotContain(large, task => task.IsCompleted);
        server.ResumeReading();
        Assert.All(await Task.WhenAll(large), reply => Assert.Equal("large", reply.GetElement().GetString()));
    }

    private static FakeQmpServer Echo() => new() { Answer = command => QmpAnswer.Value($"\"{command.Name}\"") };

    private static string Shutdown(string reason) =>
        """{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "SHUTDOWN", "data": {"guest": false, "reason": "REASON"}}"""
            .Replace("REASON", reason, StringComparison.Ordinal) + "\r\n";

    private async Task<QmpClient> Connect(
        FakeQmpServer server, QmpReading reading, Func<QmpClientOptions, QmpClientOptions>? adjust = null)
    {
        string path = Path.Combine(_home.FullName, "qmp");
        server.Listen(path);
        var options = new QmpClientOptions { Scheduler = new TaskPoolScheduler(Task.Factory), Reading = reading };
        return await QmpClient.ConnectAsync(QmpEndpoint.Unix(path), adjust?.Invoke(options) ?? options, Token);
    }
}
