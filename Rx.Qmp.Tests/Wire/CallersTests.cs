using System.Net;
using System.Net.Sockets;
using System.Reactive.Concurrency;
using Rx.Qmp.Agent;
using Rx.Qmp.Tests.Agent;
using Rx.Qmp.Wire;

namespace Rx.Qmp.Tests.Wire;

/// <summary>Strangers who call a listener without TLS, over real sockets of this machine.</summary>
public sealed class CallersTests : IDisposable
{
    private static readonly QmpClientOptions Options = new() { Scheduler = new TaskPoolScheduler(Task.Factory) };

    private readonly FakeQmpServer _server = new(new FakeQmpOptions { Inline = false });

    public void Dispose() => _server.Dispose();

    [Fact(Timeout = 120_000)]
    public async Task Callers_that_do_not_greet_keep_nobody_out()
    {
        var ct = TestContext.Current.CancellationToken;
        using var listener = QmpListener.OnTcp(new IPEndPoint(IPAddress.Loopback, 0));
        var silent = new List<TcpClient>();
        var accepting = listener.AcceptAsync(Options with { ConnectTimeout = TimeSpan.FromSeconds(100) }, ct);
        for (var i = 0; i <= Callers.MostAtOnce; i++)
        {
            silent.Add(new TcpClient());
            await silent[^1].ConnectAsync(IPAddress.Loopback, listener.Port, ct);
        }

        using var qemu = new TcpClient();
        await qemu.ConnectAsync(IPAddress.Loopback, listener.Port, ct);
        _ = _server.Serve(qemu.GetStream());
        await using var client = await accepting;
        Assert.NotNull(client.Greeting);

        // Nobody knows what QEMU would say next: its connection is read by the client only.
        await client.ExecuteAsync(QmpCommand.Create("query-status"), ct);
        Assert.Equal(0, await silent[0].GetStream().ReadAsync(new byte[1], ct));
        listener.Dispose();
        foreach (var caller in silent)
        {
            Assert.Equal(0, await caller.GetStream().ReadAsync(new byte[1], ct));
            caller.Dispose();
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task Where_only_callers_came_that_do_not_greet_there_is_no_greeting_and_the_next_is_still_taken()
    {
        var ct = TestContext.Current.CancellationToken;
        using var listener = QmpListener.OnTcp(new IPEndPoint(IPAddress.Loopback, 0));
        using var silent = new TcpClient();
        await silent.ConnectAsync(IPAddress.Loopback, listener.Port, ct);
        var patient = Options with { ConnectTimeout = TimeSpan.FromSeconds(2) };
        await Assert.ThrowsAsync<QmpNoGreetingException>(() => listener.AcceptAsync(patient, ct));
        Assert.Equal(0, await silent.GetStream().ReadAsync(new byte[1], ct));

        using var qemu = new TcpClient();
        await qemu.ConnectAsync(IPAddress.Loopback, listener.Port, ct);
        _ = _server.Serve(qemu.GetStream());
        await using var client = await listener.AcceptAsync(Options, ct);
        Assert.NotNull(client.Greeting);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_caller_that_hangs_up_has_not_greeted_and_the_next_is_taken()
    {
        var ct = TestContext.Current.CancellationToken;
        using var listener = QmpListener.OnTcp(new IPEndPoint(IPAddress.Loopback, 0));
        for (var i = 0; i < 3; i++)
        {
            using var stranger = new TcpClient();
            await stranger.ConnectAsync(IPAddress.Loopback, listener.Port, ct);
        }

        var accepting = listener.AcceptAsync(Options with { ConnectTimeout = TimeSpan.FromSeconds(100) }, ct);
        using var qemu = new TcpClient();
        await qemu.ConnectAsync(IPAddress.Loopback, listener.Port, ct);
        _ = _server.Serve(qemu.GetStream());
        await using var client = await accepting;
        Assert.NotNull(client.Greeting);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_wait_beside_callers_that_do_not_greet_ends_when_the_listener_does()
    {
        var ct = TestContext.Current.CancellationToken;
        var listener = QmpListener.OnTcp(new IPEndPoint(IPAddress.Loopback, 0));
        using var silent = new TcpClient();
        await silent.ConnectAsync(IPAddress.Loopback, listener.Port, ct);
        var accepting = listener.AcceptAsync(Options with { ConnectTimeout = TimeSpan.FromSeconds(100) }, ct);
        listener.Dispose();
        var fault = await Assert.ThrowsAsync<QmpConnectException>(() => accepting);
        Assert.Equal(QmpConnectFailure.Other, fault.Failure);
        Assert.Equal(0, await silent.GetStream().ReadAsync(new byte[1], ct));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_guest_agent_which_speaks_only_when_asked_is_taken_at_once()
    {
        var ct = TestContext.Current.CancellationToken;
        using var listener = QmpListener.OnTcp(new IPEndPoint(IPAddress.Loopback, 0));
        using var agent = new FakeAgent();
        using var guest = new TcpClient();
        await guest.ConnectAsync(IPAddress.Loopback, listener.Port, ct);
        _ = guest.GetStream().CopyToAsync(agent.ClientEnd, ct);
        _ = agent.ClientEnd.CopyToAsync(guest.GetStream(), ct);
        await using var client = await QgaClient.ConnectAsync(listener, new QgaClientOptions { Scheduler = Options.Scheduler }, ct);
        await client.ExecuteAsync(QgaCommands.Ping, ct);
        Assert.Equal(["guest-sync-delimited", "guest-ping"], agent.Names);
    }

    [Fact(Timeout = 120_000)]
    public async Task Each_of_two_who_wait_gets_a_caller_of_his_own()
    {
        var ct = TestContext.Current.CancellationToken;
        using var door = new CallerDoor(tls: null);
        var waiting = new[] { door.Callers.NextAsync(greets: true, ct).AsTask(), door.Callers.NextAsync(greets: true, ct).AsTask() };
        foreach (var greeting in (string[])["1", "2"])
        {
            await door.Call().WriteAsync(System.Text.Encoding.ASCII.GetBytes(greeting), ct);
        }

        var taken = await Task.WhenAll(waiting);
        var said = new byte[2];
        await taken[0].ReadExactlyAsync(said.AsMemory(0, 1), ct);
        await taken[1].ReadExactlyAsync(said.AsMemory(1, 1), ct);
        Assert.Equal("12", System.Text.Encoding.ASCII.GetString([.. said.Order()]));
    }

    [Fact(Timeout = 120_000)]
    public async Task Whoever_waits_when_the_end_comes_is_not_robbed_of_his_caller()
    {
        var ct = TestContext.Current.CancellationToken;
        using var door = new CallerDoor(tls: null);
        var waiting = door.Callers.NextAsync(greets: true, ct).AsTask();
        door.Callers.Dispose();
        var caller = door.Call();
        await caller.WriteAsync("1"u8.ToArray(), ct);
        await using var taken = await waiting;
        await taken.ReadExactlyAsync(new byte[1], ct);
        await taken.WriteAsync("2"u8.ToArray(), ct);
        await caller.ReadExactlyAsync(new byte[1], ct);
    }

    [Fact(Timeout = 120_000)]
    public async Task Whoever_cannot_be_heard_is_hung_up_on()
    {
        using var door = new CallerDoor(tls: null);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var waiting = door.Callers.NextAsync(greets: true, stop.Token).AsTask();
        var broken = new BrokenStream();
        door.Call(broken);
        await broken.Closed.Task;
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    private sealed class BrokenStream : MemoryStream
    {
        public TaskCompletionSource Closed { get; } = new();

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromException<int>(new IOException("broken"));

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            Closed.TrySetResult();
        }
    }
}
