using System.Reactive.Concurrency;
using BenchmarkDotNet.Attributes;
using Rx.Qmp;
using Rx.Qmp.Protocol;
using Rx.Qmp.Testing;

namespace Rx.Benchmarks.Qmp;

/// <summary>
/// A command and its reply through a whole client, over memory and on one thread, so that no kernel and no scheduling is in the figure.
/// Floor: the same bytes through the same connection without a client.
/// </summary>
[MemoryDiagnoser]
[ShortRunJob]
public class QmpCorrelate
{
    private static readonly byte[] Command = """{"execute":"query-status","id":0}"""u8.ToArray();
    private static readonly byte[] Reply =
        """{"return": {"status": "prelaunch", "singlestep": false, "running": false}, "id": 0}"""u8.ToArray();

    private static readonly QmpCommand<StatusInfo> Status = new QueryStatus().Encode();
    private static readonly QmpCommand Raw = QmpCommand.Create("query-status");

    private readonly byte[] _buffer = new byte[4096];
    private DuplexStream _near = null!;
    private DuplexStream _far = null!;
    private DuplexStream _server = null!;
    private QmpClient _client = null!;

    /// <summary>Connects a client to a server that answers everything with one reply.</summary>
    [GlobalSetup]
    public void Setup()
    {
        (_near, _far) = DuplexStream.CreatePair(inline: true);
        (_server, var clientEnd) = DuplexStream.CreatePair(inline: true);
        _client = new QmpClient(new QmpClientOptions
        {
            Scheduler = ImmediateClock.Instance, InlineContinuations = true, OutOfBand = false,
        });
        var connecting = _client.ConnectAsync(clientEnd);
        _server.Write("""{"QMP": {"version": {"qemu": {"micro": 0, "minor": 2, "major": 7}, "package": ""}, "capabilities": []}}"""u8);
        _server.ReadExactly(_buffer, 0, QmpHandshakeBytes);
        _server.Write("""{"return": {}, "id": 0}"""u8);
        connecting.GetAwaiter().GetResult();
    }

    /// <summary>Bytes there and back.</summary>
    [Benchmark(Baseline = true)]
    public int BytesFloor()
    {
        _near.Write(Command);
        var read = _far.Read(_buffer);
        _far.Write(Reply);
        return read + _near.Read(_buffer);
    }

    /// <summary>A command whose reply is kept as it is.</summary>
    [Benchmark]
    public int RawReply() => Answer(_client.ExecuteAsync(Raw)).Json.Length;

    /// <summary>A command whose reply is read.</summary>
    [Benchmark]
    public bool TypedReply() => Answer(_client.ExecuteAsync(Status)).Running is true;

    private const int QmpHandshakeBytes = 37;

    private T Answer<T>(Task<T> pending)
    {
        _ = _server.Read(_buffer);
        _server.Write(Reply);
        return pending.GetAwaiter().GetResult();
    }

    /// <summary>A clock for which no timer ever elapses: nothing here runs into a deadline.</summary>
    private sealed class ImmediateClock : IScheduler, IStopwatchProvider, IServiceProvider
    {
        public static readonly ImmediateClock Instance = new();

        public DateTimeOffset Now => DateTimeOffset.UnixEpoch;

        public IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action) => action(this, state);

        public IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action) =>
            System.Reactive.Disposables.Disposable.Empty;

        public IDisposable Schedule<TState>(TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action) =>
            System.Reactive.Disposables.Disposable.Empty;

        public IStopwatch StartStopwatch() => new Standing();

        public object? GetService(Type serviceType) => serviceType == typeof(IStopwatchProvider) ? this : null;

        private sealed class Standing : IStopwatch
        {
            public TimeSpan Elapsed => TimeSpan.Zero;
        }
    }
}
