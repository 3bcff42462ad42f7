using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Rx.Qmp.Tests.Wire;

/// <summary>Who reads a socket, over real sockets of this machine.</summary>
public class SocketReaderTests
{
    /// <summary>However much comes, and with everything inline: whoever connects gets his thread back.</summary>
    [Theory(Timeout = 120_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_never_pauses_does_not_keep_the_thread_that_connects(bool inline)
    {
        var ct = TestContext.Current.CancellationToken;
        var (server, peer) = Connected(tcp: false);
        using var nobody = peer;
        await using var endless = new Endless(server);
        peer.Send([(byte)' ']);
        var client = new QmpClient(new QmpClientOptions { InlineContinuations = inline, ConnectTimeout = Timeout.InfiniteTimeSpan });
        var connecting = Task.CompletedTask;
        await Task.Run(
            () =>
            {
                connecting = client.ConnectAsync(endless, CancellationToken.None);
                endless.Stop();
            },
            ct);
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => connecting);
        Assert.True(endless.WasStopped, "The thread came back when there was nothing left to read.");
        await client.DisposeAsync();
    }

    /// <summary>Closing waits until nobody uses the socket any more.</summary>
    [Theory(Timeout = 120_000)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task A_connection_with_nothing_to_say_closes_at_once_though_somebody_waits_for_its_bytes(bool inline, bool tcp)
    {
        var ct = TestContext.Current.CancellationToken;
        var (end, peer) = Connected(tcp);
        using var server = new FakeQmpServer(new FakeQmpOptions { Inline = false });
        _ = server.Serve(new NetworkStream(peer, ownsSocket: true));
        var stream = new NetworkStream(end, ownsSocket: true);
        var client = await QmpClient.ConnectAsync(stream, new QmpClientOptions { InlineContinuations = inline }, ct);
        await Task.Run(async () => await client.DisposeAsync(), ct).WaitAsync(ct);
        Assert.True(end.SafeHandle.IsClosed);
    }

    /// <summary>What continues inline may do anything there but block.</summary>
    [Fact(Timeout = 120_000)]
    public async Task A_client_may_be_disposed_of_on_the_thread_that_reads_for_it()
    {
        var ct = TestContext.Current.CancellationToken;
        var (end, peer) = Connected(tcp: false);
        using var server = new FakeQmpServer(new FakeQmpOptions { Inline = false });
        _ = server.Serve(new NetworkStream(peer, ownsSocket: true));
        var client = await QmpClient.ConnectAsync(new NetworkStream(end, ownsSocket: true), new QmpClientOptions { InlineContinuations = true }, ct);
        await Task.Run(
            async () =>
            {
                // A reply that is there before anybody waits for it is taken on the caller's own thread.
                do
                {
                    ct.ThrowIfCancellationRequested();
                    await client.ExecuteAsync(QmpCommand.Create("query-status"), ct).ConfigureAwait(false);
                }
                while (Thread.CurrentThread.Name != "QMP reader");

                await client.DisposeAsync().ConfigureAwait(false);
            },
            ct).WaitAsync(ct);
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => client.ExecuteAsync(QmpCommand.Create("query-status"), ct));
    }

    [Theory(Timeout = 60_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_ends_with_its_client_whether_or_not_the_stream_owns_its_socket(bool owns)
    {
        var ct = TestContext.Current.CancellationToken;
        var (end, peer) = Connected(tcp: false);
        using var server = new FakeQmpServer(new FakeQmpOptions { Inline = false });
        _ = server.Serve(new NetworkStream(peer, ownsSocket: true));
        var client = await QmpClient.ConnectAsync(new NetworkStream(end, owns), new QmpClientOptions { InlineContinuations = true }, ct);

        await client.DisposeAsync();

        // Else a thread would wait for it until the server speaks.
        Assert.Throws<ObjectDisposedException>(() => end.Available);
    }

    private static (Socket Client, Socket Server) Connected(bool tcp)
    {
        var (family, protocol) = tcp ? (AddressFamily.InterNetwork, ProtocolType.Tcp) : (AddressFamily.Unix, ProtocolType.Unspecified);
        EndPoint address = tcp ? new IPEndPoint(IPAddress.Loopback, 0) : new UnixDomainSocketEndPoint("\0" + Guid.NewGuid());
        using var listener = new Socket(family, SocketType.Stream, protocol);
        listener.Bind(address);
        listener.Listen(1);
        var client = new Socket(family, SocketType.Stream, protocol);
        client.Connect(listener.LocalEndPoint!);
        return (client, listener.Accept());
    }

    /// <summary>A socket that always has something to read, until it is told to stop or has been asked very often.</summary>
    private sealed class Endless(Socket socket) : NetworkStream(socket, ownsSocket: false)
    {
        private const int Most = 10_000_000;

        private static readonly byte[] Event =
            Encoding.UTF8.GetBytes("""{"event": "X", "data": {}, "timestamp": {"seconds": 1, "microseconds": 2}}""");

        private volatile bool _stopped;
        private int _reads;

        public bool WasStopped { get; private set; }

        public void Stop() => _stopped = true;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var next = _reads++ == 0 ? Encoding.UTF8.GetBytes(QmpRig.Greeting) : Event;
            if (_stopped || _reads > Most)
            {
                WasStopped = _stopped;
                return new(0);
            }

            next.CopyTo(buffer);
            return new(next.Length);
        }
    }
}
