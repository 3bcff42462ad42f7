using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Reactive.Concurrency;
using Rx.Qmp;

namespace Rx.Qmp.Tests;

/// <summary>Being dialled, over real sockets of this machine.</summary>
public sealed class ListenerTests : IDisposable
{
    private static readonly QmpClientOptions Options = new() { Scheduler = new TaskPoolScheduler(Task.Factory) };
    private static readonly QmpClientOptions Hasty = Options with { ConnectTimeout = TimeSpan.FromMilliseconds(200) };

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("rxqmp-");
    private readonly FakeQmpServer _server = new(new FakeQmpOptions { Inline = false });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string SocketPath => Path.Combine(_home.FullName, "qmp");

    public void Dispose()
    {
        _server.Dispose();
        _home.Delete(recursive: true);
    }

    [Fact]
    public async Task A_caller_on_a_unix_socket_becomes_a_connected_client_and_so_does_the_next()
    {
        using var listener = QmpListener.OnUnixSocket(SocketPath);
        for (var i = 0; i < 2; i++)
        {
            var accepting = listener.AcceptAsync(Options, Token);
            var calling = Call();
            await using var client = await accepting;
            Assert.NotNull(client.Greeting);
            await client.DisposeAsync();
            await calling;
        }
    }

    [Fact]
    public async Task A_client_subscribed_to_beforehand_can_be_connected_by_a_caller()
    {
        using var listener = QmpListener.OnUnixSocket(SocketPath);
        await using var client = new QmpClient(Options);
        var first = new TaskCompletionSource<string>();
        client.Events.Subscribe(item => first.TrySetResult(item.Name));
        _server.SendEvent("EARLY");
        _ = Call();
        await client.ConnectAsync(listener, Token);
        Assert.Equal("EARLY", await first.Task.WaitAsync(Token));
    }

    [Fact]
    public async Task Nobody_calling_ends_with_the_deadline_and_the_next_caller_is_still_taken()
    {
        using var listener = QmpListener.OnUnixSocket(SocketPath);
        var fault = await Assert.ThrowsAsync<QmpConnectException>(() => listener.AcceptAsync(Hasty, Token));
        Assert.Equal(QmpConnectFailure.TimedOut, fault.Failure);
        Assert.Contains(SocketPath, fault.Message);
        _ = Call();
        await using var client = await listener.AcceptAsync(Options, Token);
        Assert.NotNull(client.Greeting);
    }

    [Fact]
    public async Task A_wait_can_be_cancelled_and_ends_when_the_listener_does()
    {
        var listener = QmpListener.OnUnixSocket(SocketPath);
        using var stop = new CancellationTokenSource();
        var cancelled = listener.AcceptAsync(Options, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);

        var cut = listener.AcceptAsync(Options, Token);
        listener.Dispose();
        Assert.Equal(QmpConnectFailure.Other, (await Assert.ThrowsAsync<QmpConnectException>(() => cut)).Failure);
        Assert.Equal(
            QmpConnectFailure.Other,
            (await Assert.ThrowsAsync<QmpConnectException>(() => listener.AcceptAsync(Options, Token))).Failure);
    }

    [Fact]
    public void The_socket_is_its_owners_only_and_goes_with_the_listener()
    {
        var listener = QmpListener.OnUnixSocket(SocketPath);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SocketPath));
        listener.Dispose();
        listener.Dispose();
        Assert.False(File.Exists(SocketPath));
    }

    [Fact]
    public async Task Trap28_a_dead_socket_is_replaced()
    {
        LeaveDeadSocket();
        using var listener = QmpListener.OnUnixSocket(SocketPath);
        _ = Call();
        await using var client = await listener.AcceptAsync(Options, Token);
        Assert.NotNull(client.Greeting);
    }

    [Fact]
    public async Task A_live_socket_is_left_alone()
    {
        using var first = QmpListener.OnUnixSocket(SocketPath);
        var refused = Assert.Throws<QmpListenException>(() => QmpListener.OnUnixSocket(SocketPath));
        Assert.Equal((QmpListenFailure.InUse, SocketPath), (refused.Failure, refused.Address));

        // The probe was a caller who hung up: it is passed over, and the one after it is served.
        _ = Call();
        await using var client = await first.AcceptAsync(Options, Token);
        Assert.NotNull(client.Greeting);
    }

    [Fact]
    public void A_live_socket_with_a_full_queue_is_left_alone()
    {
        using var busy = BusySocket();
        Assert.Equal(
            QmpListenFailure.InUse, Assert.Throws<QmpListenException>(() => QmpListener.OnUnixSocket(SocketPath)).Failure);
        Assert.True(File.Exists(SocketPath));
    }

    [Fact]
    public void What_is_no_socket_is_left_alone()
    {
        File.WriteAllText(SocketPath, "precious");
        Assert.Equal(
            QmpListenFailure.NotASocket, Assert.Throws<QmpListenException>(() => QmpListener.OnUnixSocket(SocketPath)).Failure);
        Assert.Equal("precious", File.ReadAllText(SocketPath));
    }

    [Fact]
    public void A_link_to_a_dead_socket_is_left_alone()
    {
        LeaveDeadSocket();
        var link = Path.Combine(_home.FullName, "link");
        File.CreateSymbolicLink(link, SocketPath);
        Assert.Equal(QmpListenFailure.NotASocket, Assert.Throws<QmpListenException>(() => QmpListener.OnUnixSocket(link)).Failure);
        Assert.True(File.Exists(SocketPath));
    }

    [Fact]
    public void A_socket_somebody_else_has_put_there_since_is_not_removed()
    {
        var first = QmpListener.OnUnixSocket(SocketPath);
        File.Delete(SocketPath);
        using var second = QmpListener.OnUnixSocket(SocketPath);
        first.Dispose();
        Assert.True(File.Exists(SocketPath));
    }

    [Fact]
    public void Places_that_cannot_be_listened_at_say_why()
    {
        Assert.Equal(
            QmpListenFailure.PathTooLong,
            Assert.Throws<QmpListenException>(() => QmpListener.OnUnixSocket("/tmp/" + new string('x', 103))).Failure);
        var missing = Path.Combine(_home.FullName, "no", "such");
        Assert.Equal(QmpListenFailure.Other, Assert.Throws<QmpListenException>(() => QmpListener.OnUnixSocket(missing)).Failure);
        using var taken = QmpListener.OnTcp(new IPEndPoint(IPAddress.Loopback, 0));
        Assert.Equal(
            QmpListenFailure.InUse,
            Assert.Throws<QmpListenException>(() => QmpListener.OnTcp(new IPEndPoint(IPAddress.Loopback, taken.Port))).Failure);
    }

    [Fact]
    public async Task An_abstract_socket_has_no_file()
    {
        var name = "\0" + SocketPath;
        using var listener = QmpListener.OnUnixSocket(name);
        _ = Call(name);
        await using var client = await listener.AcceptAsync(Options, Token);
        Assert.NotNull(client.Greeting);
        Assert.Empty(_home.GetFileSystemInfos());
    }

    [Fact]
    public async Task A_caller_on_tcp_is_taken_and_one_that_fails_tls_does_not_keep_the_next_out()
    {
        using var certificates = new TestCertificates();
        var tls = new SslServerAuthenticationOptions { ServerCertificate = certificates.Server };
        using var listener = QmpListener.OnTcp(new IPEndPoint(IPAddress.Loopback, 0), tls);
        using (var stranger = new TcpClient())
        {
            await stranger.ConnectAsync(IPAddress.Loopback, listener.Port, Token);
            await stranger.GetStream().WriteAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray(), Token);
        }

        var accepting = listener.AcceptAsync(Options, Token);
        using var qemu = new TcpClient();
        await qemu.ConnectAsync(IPAddress.Loopback, listener.Port, Token);
        await using var secured = new SslStream(qemu.GetStream());
        await secured.AuthenticateAsClientAsync(
            new QmpTls { Authorities = [certificates.Authority] }.For("localhost"), Token);
        _ = _server.Serve(secured);
        await using var client = await accepting;
        Assert.NotNull(client.Greeting);
    }

    [Fact]
    public async Task Trap28_a_full_queue_is_waited_for_and_told_apart()
    {
        using var busy = BusySocket();
        var waiting = QmpClient.ConnectAsync(QmpEndpoint.Unix(SocketPath), Hasty, Token);
        Assert.Equal(QmpConnectFailure.Busy, (await Assert.ThrowsAsync<QmpConnectException>(() => waiting)).Failure);
    }

    [Fact]
    public async Task Trap28_a_process_that_holds_the_listening_socket_and_never_accepts_gives_no_greeting()
    {
        using var held = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        held.Bind(new UnixDomainSocketEndPoint(SocketPath));
        held.Listen(8);
        await Assert.ThrowsAsync<QmpNoGreetingException>(() => QmpClient.ConnectAsync(QmpEndpoint.Unix(SocketPath), Hasty, Token));

        using var stop = new CancellationTokenSource();
        var connecting = QmpClient.ConnectAsync(QmpEndpoint.Unix(SocketPath), Options, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
    }

    /// <summary>As a killed process leaves it: the file is there and nobody listens.</summary>
    private void LeaveDeadSocket()
    {
        var elsewhere = SocketPath + ".bound";
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(elsewhere));
        File.Move(elsewhere, SocketPath);
    }

    /// <summary>A listening socket with as many callers as its queue holds.</summary>
    private IDisposable BusySocket()
    {
        var sockets = new System.Reactive.Disposables.CompositeDisposable();
        var held = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        sockets.Add(held);
        held.Bind(new UnixDomainSocketEndPoint(SocketPath));
        held.Listen(0);
        var caller = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        sockets.Add(caller);
        caller.Connect(new UnixDomainSocketEndPoint(SocketPath));
        return sockets;
    }

    private Task Call() => Call(SocketPath);

    private async Task Call(string path)
    {
        var qemu = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await qemu.ConnectAsync(new UnixDomainSocketEndPoint(path), Token);
        await using var stream = new NetworkStream(qemu, ownsSocket: true);
        await _server.Serve(stream);
    }
}
