using System.Reactive.Concurrency;
using Rx.Qmp.Agent;
using Rx.Qmp.Tests.Agent;

namespace Rx.Qmp.Tests;

/// <summary>Connections without number leave nothing behind: no timer, no descriptor, no thread, no memory.</summary>
[Slow]
[Collection("RealVm")]
public sealed class LeakTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>This process's threads; other tests have some too.</summary>
    private static int Threads => Directory.GetDirectories("/proc/self/task").Length;

    [Fact]
    public async Task Trap39_ten_thousand_connections_leave_no_timer_and_no_memory()
    {
        var time = new CountingScheduler();
        var options = new QmpClientOptions { Scheduler = time, InlineContinuations = true };
        long before = 0;
        for (var i = 0; i < 10_000; i++)
        {
            // The first thousand fill caches and pools.
            before = i == 1000 ? GC.GetTotalMemory(forceFullCollection: true) : before;
            using var server = new FakeQmpServer();
            await using var client = await QmpClient.ConnectAsync(server.ClientEnd, options, Token);
            using var events = client.Events.Subscribe(_ => { });
            await client.ExecuteAsync(QmpCommand.Create("query-status"), Token);
        }

        Assert.Equal(0, time.Pending);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 8 * 1024 * 1024);
    }

    [Fact]
    public async Task Trap39_connections_that_fail_leave_no_timer()
    {
        var time = new CountingScheduler();
        var options = new QmpClientOptions { Scheduler = time, InlineContinuations = true };
        for (var i = 0; i < 1000; i++)
        {
            using var server = new FakeQmpServer { ConnectFailure = QmpConnectFailure.AccessDenied };
            await Assert.ThrowsAsync<QmpConnectException>(() => QmpClient.ConnectAsync(server.Endpoint, options, Token));
            using var mute = new FakeQmpServer(new FakeQmpOptions { SendsGreeting = false });
            using var stop = new CancellationTokenSource();
            var connecting = QmpClient.ConnectAsync(mute.Endpoint, options, stop.Token);
            await stop.CancelAsync();
            Assert.True(connecting.IsCanceled);
        }

        Assert.Equal(0, time.Pending);
    }

    [Fact]
    public async Task Trap39_reconnecting_a_thousand_times_leaves_no_timer()
    {
        var time = new CountingScheduler();
        var servers = new List<FakeQmpServer>();
        var endpoint = QmpEndpoint.Create("servers", _ =>
        {
            servers.Add(new FakeQmpServer());
            return new ValueTask<Stream>(servers[^1].ClientEnd);
        });
        var options = new QmpClientOptions
        {
            Scheduler = time,
            InlineContinuations = true,
            Reconnect = QmpReconnectPolicy.Always with { StableAfter = TimeSpan.Zero },
            Resync = (_, _) => Task.CompletedTask,
        };
        await using (var client = new QmpClient(options))
        {
            await client.ConnectAsync(endpoint, Token);
            for (var i = 0; i < 1000; i++)
            {
                servers[^1].HangUp();
                time.RunNext();
            }

            Assert.Equal(1001, servers.Count);
        }

        Assert.Equal(0, time.Pending);
    }

    [Fact]
    public async Task Trap39_a_thousand_agents_leave_no_timer()
    {
        var time = new CountingScheduler();
        var options = new QgaClientOptions { Scheduler = time, InlineContinuations = true };
        for (var i = 0; i < 1000; i++)
        {
            using var agent = new FakeAgent();
            await using var client = await QgaClient.ConnectAsync(agent.ClientEnd, options, Token);
            await client.ExecuteAsync(QgaCommands.Ping, Token);
            agent.Answer = _ => null;
            var shutdown = client.ExecuteAsync(QgaCommands.Shutdown(), Token);
            agent.HangUp();
            await shutdown;
        }

        Assert.Equal(0, time.Pending);
    }

    [Fact]
    public async Task Trap39_five_hundred_unix_sockets_leave_no_descriptor_and_no_thread()
    {
        var home = Directory.CreateTempSubdirectory("rxqmp-");
        try
        {
            var path = Path.Combine(home.FullName, "qmp");
            using var server = new FakeQmpServer(new FakeQmpOptions { Inline = false });
            using var listening = server.Listen(path);
            var options = new QmpClientOptions { Scheduler = new TaskPoolScheduler(Task.Factory) };
            await ConnectAndClose(path, options, times: 50);
            var threads = Threads;
            await ConnectAndClose(path, options, times: 500);

            // The server's ends go when it sees that the clients' have gone, so one row for the listening socket is left of both.
            for (var turn = 0; turn < 100_000 && SocketsAt(path) > 1; turn++)
            {
                await Task.Yield();
            }

            Assert.Equal(1, SocketsAt(path));
            Assert.InRange(Threads, 1, threads + 64);
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    private static async Task ConnectAndClose(string path, QmpClientOptions options, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await using var client = await QmpClient.ConnectAsync(QmpEndpoint.Unix(path), options, Token);
            await client.ExecuteAsync(QmpCommand.Create("query-status"), Token);
        }
    }

    private static int SocketsAt(string path) =>
        File.ReadLines("/proc/net/unix").Count(line => line.EndsWith(" " + path, StringComparison.Ordinal));
}
