using Rx.Qmp.Isolation;
using Rx.Vm.Guest.Wire;
using Serilog;
using Serilog.Core;

namespace Rx.Vm.Guest;

/// <summary>
/// The tty channel: many streams over one duplex stream (docs/guest-protocol.md). What comes is taken at once, whoever reads it or not: a
/// process that must not get ahead of its readers is held back in the guest, by its window. Memory is bounded per stream and per machine.
/// </summary>
/// <remarks>
/// The table of streams has one lock, never held while anything else is called. Only the channel's reader brings output; who takes a
/// stream out of the table ends it. When the underlying stream completes inline and <see cref="TtyMuxOptions.IsInline"/>
/// is set, everything happens inline.
/// </remarks>
internal sealed partial class TtyMux : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, GuestStream> _streams = [];
    private readonly Dictionary<ulong, GuestStream> _processes = [];
    private readonly Stream _stream;
    private readonly TtyMuxOptions _options;
    private readonly ILogger _log;
    private readonly AsyncLock _writeGate;
    private byte[] _frame = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<GuestLost> _completion;
    private GuestLost? _loss;
    private ulong _nextSession;
    private GuestLost? _writeFailure;
    private bool _isReading;
    private bool _isOver;
    private long _unknownFrames;

    /// <summary>A channel over <paramref name="stream"/>, which it owns. Nothing is read before <see cref="Start"/>.</summary>
    public TtyMux(Stream stream, TtyMuxOptions? options = null, ILogger? logger = null)
    {
        _stream = stream;
        _options = options ?? new();
        _log = (logger ?? Logger.None).ForContext<TtyMux>();
        Budget = new(_options.KeptBytes);
        _writeGate = new(isHeld: false, _options.IsInline);
        _completion = new(_options.IsInline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
        _nextSession = _options.FirstSession;
    }

    /// <summary>How the channel ended: completes once, after every stream has; never faults.</summary>
    public Task<GuestLost> Completion => _completion.Task;

    /// <summary>What all streams together may keep.</summary>
    public StreamBudget Budget { get; }

    /// <summary>Frames for sessions that nobody has opened or that have ended.</summary>
    public long UnknownFrames => Volatile.Read(ref _unknownFrames);

    /// <summary>Streams that have not ended.</summary>
    public int OpenStreams
    {
        get
        {
            lock (_gate)
            {
                return _streams.Count;
            }
        }
    }

    /// <summary>The id the next stream will get: what a later host must not fall behind.</summary>
    public ulong NextSession
    {
        get
        {
            lock (_gate)
            {
                return _nextSession;
            }
        }
    }

    /// <summary>Begins to read. Returns when the stream has nothing more to give at once; call it once.</summary>
    public void Start()
    {
        lock (_gate)
        {
            _isReading = !_isOver;
        }

        if (_isReading)
        {
            _ = ReadAsync();
        }
    }

    /// <summary>
    /// Opens a stream with a session id of its own. Do it before the guest is told the id, or output may be dropped as unknown. On a lost
    /// channel the stream has ended already. The number of open streams is the caller's to bound; what they keep is not.
    /// </summary>
    public GuestStream Open(GuestStreamOptions? options = null)
    {
        lock (_gate)
        {
            return Add(_nextSession++, options ?? new());
        }
    }

    /// <summary>Opens a stream that the guest knows from an earlier host. Its input is not started.</summary>
    /// <exception cref="ArgumentException">This session is open.</exception>
    public GuestStream Reopen(ulong session, GuestStreamOptions? options = null)
    {
        lock (_gate)
        {
            if (_streams.ContainsKey(session))
            {
                throw new ArgumentException($"session {session} is open already", nameof(session));
            }

            _nextSession = Math.Max(_nextSession, session + 1);
            return Add(session, options ?? new());
        }
    }

    /// <summary>Ends a stream as lost; what still comes for its session is dropped. Idempotent.</summary>
    public void Forget(GuestStream stream)
    {
        bool isOpen;
        lock (_gate)
        {
            isOpen = _streams.Remove(stream.Session);
            _processes.Remove(stream.Session);
        }

        stream.Tell(null);

        if (isOpen)
        {
            stream.Finish(StreamEndKind.Lost);
        }
    }

    /// <summary>
    /// A process has ended, as the control channel says; its streams may go on. A second word on it, or one on a stranger, changes nothing.
    /// </summary>
    public void Tell(ProcessEnd end)
    {
        GuestStream? process;
        lock (_gate)
        {
            _processes.Remove(end.Session, out process);
        }

        if (process is null)
        {
            Interlocked.Increment(ref _unknownFrames);
        }
        else
        {
            process.Tell(end);
        }
    }

    /// <summary>The pod has ended, and with it every process: of those that nothing was said about nothing will be.</summary>
    public void TellRest()
    {
        GuestStream[] processes;
        lock (_gate)
        {
            processes = [.. _processes.Values];
            _processes.Clear();
        }

        foreach (var process in processes)
        {
            process.Tell(null);
        }
    }

    /// <summary>Ends every stream as lost and closes the channel. Idempotent; does not wait.</summary>
    public void Dispose()
    {
        Lose(GuestLossKind.Disposed, "the tty channel was closed by this side");
        _stream.Dispose();
    }

    /// <summary>
    /// Sends one frame, of at most what <see cref="GuestFeatures.InputFrame"/> says. False: the channel is lost. Once begun, a frame is not
    /// cancelled: half of one would wreck the channel.
    /// </summary>
    internal async ValueTask<bool> SendAsync(ulong session, ReadOnlyMemory<byte> payload, CancellationToken ct)
    {
        await _writeGate.EnterAsync(ct).ConfigureAwait(false);
        try
        {
            if (_stop.IsCancellationRequested || Volatile.Read(ref _writeFailure) is not null)
            {
                return false;
            }

            if (_frame.Length < TtyFrame.HeaderSize + payload.Length)
            {
                _frame = new byte[TtyFrame.HeaderSize + payload.Length];
            }

            var length = TtyFrame.Write(_frame, session, payload.Span);
            await _stream.WriteAsync(_frame.AsMemory(0, length), _stop.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e)
        {
            FailWriting(new(GuestLossKind.WriteFailed, $"writing the tty channel failed: {SafeText.Of(e)}"));
            return false;
        }
        finally
        {
            _writeGate.Exit();
        }
    }

    private GuestStream Add(ulong session, GuestStreamOptions options)
    {
        Action<int>? grant = options.HasWindow && _options.Grant is { } tell ? bytes => tell(session, bytes) : null;
        var output = new OutputLog(options.Output, Budget, grant, _options.IsInline);
        var stream = new GuestStream(this, session, options, output, _options.IsInline);
        if (_isOver)
        {
            stream.Finish(StreamEndKind.Lost);
            stream.Tell(null);
        }
        else
        {
            _streams.Add(session, stream);
            if (stream.ExpectsEnd)
            {
                _processes.Add(session, stream);
            }
        }

        return stream;
    }

    /// <summary>No input is taken any more; output that was received already is still delivered where the stream allows it.</summary>
    private void FailWriting(GuestLost failure)
    {
        Volatile.Write(ref _writeFailure, failure);
        if (!StreamInput.EndBehindReceived(_stream))
        {
            Lose(failure.Kind, failure.Reason);
        }
    }

    /// <summary>The first cause wins. The channel's reader then ends the streams; without a reader it is done here.</summary>
    private void Lose(GuestLossKind kind, string reason)
    {
        GuestLost loss;
        bool isReading;
        lock (_gate)
        {
            if (_loss is not null)
            {
                return;
            }

            loss = _loss = Volatile.Read(ref _writeFailure) ?? new(kind, reason);
            isReading = _isReading;
        }

        _log.Debug("The tty channel is lost ({Kind}): {Reason}", loss.Kind, loss.Reason);
        _stop.TryCancel();
        if (!isReading)
        {
            EndAll();
        }
    }

    private void EndAll()
    {
        GuestStream[] streams, processes;
        lock (_gate)
        {
            _isOver = true;
            streams = [.. _streams.Values];
            processes = [.. _processes.Values];
            _streams.Clear();
            _processes.Clear();
        }

        foreach (var stream in streams)
        {
            stream.Finish(StreamEndKind.Lost);
        }

        foreach (var process in processes)
        {
            process.Tell(null);
        }

        _completion.TrySetResult(_loss!);
    }
}
