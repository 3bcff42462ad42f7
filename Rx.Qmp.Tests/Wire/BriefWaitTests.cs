using System.Net.Sockets;
using System.Text;
using Rx.Qmp.Wire;

namespace Rx.Qmp.Tests.Wire;

/// <summary>Waiting in place for bytes that are expected, over real sockets of this machine.</summary>
public sealed class BriefWaitTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("rxqmp-");
    private readonly Socket _peer;
    private readonly NetworkStream _stream;

    public BriefWaitTests()
    {
        var address = new UnixDomainSocketEndPoint(Path.Combine(_home.FullName, "s"));
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(address);
        listener.Listen(1);
        _peer = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _peer.Connect(address);
        _stream = new NetworkStream(listener.Accept(), ownsSocket: true);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _stream.Dispose();
        _peer.Dispose();
        _home.Delete(recursive: true);
    }

    [Fact(Timeout = 120_000)]
    public async Task Bytes_are_waited_for_and_left_where_they_are()
    {
        using var places = new SemaphoreSlim(1);
        var wait = new BriefWait(_stream, places);
        Assert.False(await OnPool(wait.ForBytes));
        _peer.Send([7]);
        Assert.True(await OnPool(wait.ForBytes));
        Assert.Equal(1, places.CurrentCount);
        Assert.Equal(7, _stream.ReadByte());
    }

    [Fact(Timeout = 120_000)]
    public async Task Where_others_wait_already_nobody_does()
    {
        using var places = new SemaphoreSlim(0);
        _peer.Send([7]);
        Assert.False(await OnPool(new BriefWait(_stream, places).ForBytes));
        Assert.Equal(0, places.CurrentCount);
    }

    [Fact(Timeout = 120_000)]
    public async Task No_thread_but_one_of_the_pool_waits()
    {
        using var places = new SemaphoreSlim(1);
        _peer.Send([7]);
        var waited = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => waited.SetResult(new BriefWait(_stream, places).ForBytes())).Start();
        Assert.False(await waited.Task.WaitAsync(Token));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_connection_that_has_ended_is_for_the_read_to_report()
    {
        using var places = new SemaphoreSlim(1);
        var wait = new BriefWait(_stream, places);
        _peer.Dispose();
        await OnPool(wait.ForBytes);
        Assert.Equal(0, await _stream.ReadAsync(new byte[1], Token));
        _stream.Dispose();
        Assert.False(await OnPool(wait.ForBytes));
        Assert.Equal(1, places.CurrentCount);
    }

    [Fact]
    public void Only_a_socket_is_waited_for()
    {
        Assert.True(new BriefWait(_stream).IsPossible);
        Assert.False(new BriefWait(Stream.Null).IsPossible);
        Assert.False(new BriefWait(Stream.Null).ForBytes());
    }

    /// <summary>However much comes, and with everything inline: whoever connects gets his thread back.</summary>
    [Theory(Timeout = 120_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_never_pauses_does_not_keep_the_thread_that_connects(bool inline)
    {
        await using var endless = new Endless(_stream.Socket);
        var client = new QmpClient(new QmpClientOptions { InlineContinuations = inline, ConnectTimeout = Timeout.InfiniteTimeSpan });
        var connecting = Task.CompletedTask;
        await Task.Run(
            () =>
            {
                connecting = client.ConnectAsync(endless, CancellationToken.None);
                endless.Stop();
            },
            Token);
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => connecting);
        Assert.True(endless.WasStopped, "The thread came back when there was nothing left to read.");
        await client.DisposeAsync();
    }

    private static Task<T> OnPool<T>(Func<T> call) => Task.Run(call, Token);

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
