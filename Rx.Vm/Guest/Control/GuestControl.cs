using System.Buffers;
using Rx.Qmp.Isolation;
using Rx.Vm.Guest.Wire;
using Serilog;
using Serilog.Core;

namespace Rx.Vm.Guest;

/// <summary>
/// The control channel to the guest's init, over any duplex stream (docs/guest-protocol.md). Sends commands within the window of credit,
/// matches answers to them, and tells everything to one sink. Has no clock: deadlines are the reducer's.
/// </summary>
/// <remarks>
/// <para>The sink hears messages one at a time and in order, from whichever thread read or wrote; <see cref="GuestLost"/> is the last and
/// comes exactly once, followed by OnCompleted. It must not block, may call <see cref="Send"/>, and is never sent OnError. No lock is held
/// while it runs. After <see cref="Dispose"/> it hears nothing more.</para>
/// <para>When the stream completes reads and writes inline, everything here happens inline: nothing hops to another thread.</para>
/// </remarks>
internal sealed partial class GuestControl : IDisposable
{
    private const int ReadSize = 4096;

    private readonly Lock _gate = new();
    private readonly Stream _stream;
    private readonly GuestControlOptions _options;
    private readonly MessageQueue _messages;
    private readonly ILogger _log;
    private readonly CommandQueue _queue;
    private readonly CancellationTokenSource _stop = new();
    private byte[] _window = [];
    private bool _isWriting;
    private bool _isReady;
    private bool _isOver;
    private GuestLost? _writeFailure;
    private int _strayFrames;

    /// <summary>A channel over <paramref name="stream"/>, which it owns. Nothing is read before <see cref="Start"/>.</summary>
    public GuestControl(Stream stream, IObserver<GuestMessage> sink, GuestControlOptions? options = null, ILogger? logger = null)
    {
        _stream = stream;
        _options = options ?? new();
        _log = (logger ?? Logger.None).ForContext<GuestControl>();
        _messages = new(sink, e => Lose(GuestLossKind.HostFailed, $"the host failed at what the guest said: {SafeText.Of(e)}"), _log);
        _queue = new(_options);
    }

    /// <summary>Frames from the guest that answered nothing or meant nothing.</summary>
    public int StrayFrames => Volatile.Read(ref _strayFrames);

    /// <summary>Commands that wait for an answer.</summary>
    public int Unanswered
    {
        get
        {
            lock (_gate)
            {
                return _queue.Unanswered;
            }
        }
    }

    /// <summary>Begins to read. Returns when the stream has nothing more to give at once; call it once.</summary>
    public void Start() => _ = ReadAsync();

    /// <summary>
    /// Queues a command. First in, first out; sent when the guest's credit allows. <paramref name="token"/> comes back with the answer.
    /// The payload is copied. Never blocks and never throws; a refusal sent nothing.
    /// </summary>
    public GuestSend Send(GuestCode code, ReadOnlyMemory<byte> payload, long token)
    {
        GuestSend verdict;
        lock (_gate)
        {
            verdict = _isOver || _writeFailure is not null ? GuestSend.Lost : _queue.Add(code, payload.Span, token);
        }

        if (verdict == GuestSend.Queued)
        {
            Pump();
        }
        else
        {
            _log.Debug("{Code} of {Bytes} bytes was not sent: {Verdict}", code, payload.Length, verdict);
        }

        return verdict;
    }

    /// <summary>The guest can do what <paramref name="features"/> say, as was found out after it said READY.</summary>
    public void Adopt(GuestFeatures features)
    {
        lock (_gate)
        {
            _queue.Features = features;
        }
    }

    /// <summary>Lets a session of a guest with the feature <c>window</c> send so many bytes more. Never blocks, never throws.</summary>
    public void Grant(ulong session, int bytes)
    {
        lock (_gate)
        {
            if (_isOver || _writeFailure is not null)
            {
                return;
            }

            _queue.Grant(session, bytes);
        }

        Pump();
    }

    /// <summary>Ends the channel without a message and closes the stream. Idempotent; does not wait.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
        }

        _messages.Shut();
        _stop.TryCancel();
        _stream.Dispose();
    }

    private async Task ReadAsync()
    {
        var scanner = new ControlFrameScanner(WireLimits.ControlFrameToHost);
        try
        {
            while (true)
            {
                await IdleRead.WaitAsync(_stream, _stop.Token).ConfigureAwait(false);
                var buffer = ArrayPool<byte>.Shared.Rent(ReadSize);
                var count = await _stream.ReadAsync(buffer.AsMemory(0, ReadSize), _stop.Token).ConfigureAwait(false);
                if (count == 0)
                {
                    Lose(GuestLossKind.Closed, scanner.Pending == 0
                        ? "the control channel was closed"
                        : $"the control channel was closed {scanner.Pending} bytes into a frame");
                    return;
                }

                if (!Scan(scanner, buffer.AsSpan(0, count)))
                {
                    return;
                }

                // Only after a read that ended well: another may still be written to.
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
        catch (Exception e)
        {
            // Whatever it is: the channel must end, and say why.
            Lose(GuestLossKind.ReadFailed, $"reading the control channel failed: {SafeText.Of(e)}");
        }
    }

    /// <summary>Starts the writer unless it is at work. Whoever finds something to send becomes the writer.</summary>
    private void Pump()
    {
        lock (_gate)
        {
            if (_isWriting || _isOver)
            {
                return;
            }

            _isWriting = true;
        }

        _ = WriteAsync();
    }

    private async Task WriteAsync()
    {
        try
        {
            while (true)
            {
                int count;
                lock (_gate)
                {
                    count = _isOver ? 0 : _queue.Take(Room());
                    if (count == 0)
                    {
                        _isWriting = false;
                        return;
                    }
                }

                await _stream.WriteAsync(_window.AsMemory(0, count), _stop.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            FailWriting(new(GuestLossKind.WriteFailed, $"writing the control channel failed: {SafeText.Of(e)}"));
        }
    }

    /// <summary>What one pod needed, with the secrets in it, is not kept for the little that is sent otherwise.</summary>
    private byte[] Room()
    {
        var needed = Math.Max(_queue.Sendable, WireLimits.ControlWindow);
        if (needed > _window.Length || (needed == WireLimits.ControlWindow && _window.Length > needed))
        {
            _window = new byte[needed];
        }

        return _window;
    }

    /// <summary>
    /// Nothing is sent any more. What the guest said before, FINISHPOD perhaps, is still heard where the stream allows it.
    /// </summary>
    private void FailWriting(GuestLost failure)
    {
        lock (_gate)
        {
            _writeFailure = failure;
        }

        if (!StreamInput.EndBehindReceived(_stream))
        {
            Lose(failure.Kind, failure.Reason);
        }
    }

    /// <summary>The first cause wins.</summary>
    private void Lose(GuestLossKind kind, string reason)
    {
        GuestLost loss;
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }

            _isOver = true;
            loss = _writeFailure ?? new(kind, reason);
            _messages.Enqueue(loss);
        }

        _log.Debug("The control channel is lost ({Kind}): {Reason}", loss.Kind, loss.Reason);
        _messages.Drain();
        _stop.TryCancel();
    }
}
