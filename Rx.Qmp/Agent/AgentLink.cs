using Rx.Qmp.Isolation;
using Rx.Qmp.Session;

namespace Rx.Qmp.Agent;

/// <summary>
/// The connection to an agent: reads always, writes whole messages, and knows whether it is in step, which is to say that the next reply
/// to come is the reply to the next command. Giving up on an answer puts it out of step. One message under way at a time.
/// </summary>
internal sealed class AgentLink : IAgentFrameSink
{
    private const int ReadBytes = 16 * 1024;

    private readonly Lock _gate = new();
    private readonly Stream _stream;
    private readonly QgaClientOptions _options;
    private readonly AgentFrames _frames;
    private readonly TaskCompletionSource _finished;
    private Task<bool> _writing = Task.FromResult(true);
    private AgentWait? _wait;
    private QmpException? _cause;
    private long _strayMessages;
    private long _strayBytes;
    private long _passedOverBefore;
    private bool _inStep;
    private bool _agentHasIds;
    private bool _ended;

    public AgentLink(Stream stream, QgaClientOptions options)
    {
        _stream = stream;
        _options = options;
        _frames = new AgentFrames(options.MaxFrameBytes, options.MaxDepth, this);
        _finished = new TaskCompletionSource(SchedulerDelay.Options(options.InlineContinuations));
    }

    /// <summary>Completes when the connection has ended.</summary>
    public Task Finished => _finished.Task;

    /// <summary>Why it ended; null: on request, or not yet.</summary>
    public QmpException? Cause => Volatile.Read(ref _cause);

    public bool InStep => Volatile.Read(ref _inStep);

    public long StrayMessages => Volatile.Read(ref _strayMessages);

    public long DiscardedBytes => _frames.DiscardedBytes;

    /// <summary>Bytes that answered nobody.</summary>
    private long PassedOver => _frames.DiscardedBytes + _strayBytes;

    public void Start() => _ = ReadAsync();

    /// <summary>Sends a message and waits for its answer.</summary>
    /// <param name="message">The whole message.</param>
    /// <param name="wait">How to know the answer.</param>
    /// <param name="begin">Asked right before the first byte goes out, which cannot be taken back; false: it is not to be sent after all. Null:
    /// nobody is asked.</param>
    /// <param name="sent">Called once the whole message is out, and not if the writing failed; null: nobody asks.</param>
    /// <param name="stop">Gives up, which puts the link out of step.</param>
    /// <exception cref="QmpDisconnectedException">The connection ended, or had ended before.</exception>
    /// <exception cref="OperationCanceledException">It was given up, or was not to be sent.</exception>
    public async Task<AgentReply> AskAsync(
        ReadOnlyMemory<byte> message, AgentWait wait, Func<bool>? begin, Action? sent, CancellationToken stop)
    {
        lock (_gate)
        {
            if (_ended)
            {
                throw Disconnected(null);
            }

            _wait = wait;
        }

        using var cancel = stop.UnsafeRegister((_, token) => GiveUp(wait, token), null);
        await WriteAsync(message, begin, stop).ConfigureAwait(false);
        sent?.Invoke();
        return await wait.Answer.ConfigureAwait(false);
    }

    /// <summary>Takes silence for the answer. What the agent may still say belongs to nobody.</summary>
    public void TakeSilence(AgentWait wait)
    {
        BreakStep(wait);
        wait.TryAnswer(new AgentReply(MessageKind.Unknown));
    }

    public QmpDisconnectedException Disconnected(string? command) =>
        new(_cause?.Message ?? "The connection was closed.", command, _cause);

    public void End(QmpException? cause)
    {
        AgentWait? wait;
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            (_ended, _inStep, _cause) = (true, false, cause);
            (wait, _wait) = (_wait, null);
        }

        _ = ForeignStream.DiscardAsync(_stream, _options.InlineContinuations);
        wait?.TryFail(Disconnected(null));
        _finished.TrySetResult();
    }

    /// <inheritdoc/>
    public void OnFrame(ReadOnlySpan<byte> frame, bool delimited)
    {
        AgentWait? wait;
        AgentReply reply;
        lock (_gate)
        {
            wait = _wait;
            if (wait?.Read(frame, delimited, _agentHasIds, _options.MaxDepth) is not { } answer)
            {
                _strayMessages++;
                _strayBytes += frame.Length;
                return;
            }

            reply = answer;
            _wait = null;
            _agentHasIds |= reply.HasId;
            _inStep = reply.Kind != MessageKind.Malformed && (_inStep || (wait.Number is not null && reply.Kind == MessageKind.Return));
            _frames.ByLine = !_inStep;
            _passedOverBefore = PassedOver;
        }

        wait.TryAnswer(reply);
    }

    /// <inheritdoc/>
    public void OnGarbage()
    {
        AgentWait? wait;
        lock (_gate)
        {
            if (!_inStep)
            {
                return;
            }

            wait = _wait;
        }

        BreakStep(wait);
        wait?.TryAnswer(new AgentReply(MessageKind.Malformed));
    }

    private void GiveUp(AgentWait wait, CancellationToken token)
    {
        BreakStep(wait);
        wait.TryCancel(token);
    }

    private void BreakStep(AgentWait? wait)
    {
        lock (_gate)
        {
            if (ReferenceEquals(_wait, wait))
            {
                _wait = null;
                _inStep = false;
                _frames.ByLine = true;
            }
        }
    }

    /// <summary>Writes a message whole, even if whoever wanted it gives up: half a one would leave the agent's parser stuck. The
    /// next message waits until it is out.</summary>
    private async Task WriteAsync(ReadOnlyMemory<byte> message, Func<bool>? begin, CancellationToken stop)
    {
        await _writing.WaitAsync(stop).ConfigureAwait(false);

        // A task that is done already does not look at the token.
        stop.ThrowIfCancellationRequested();
        if (begin?.Invoke() == false)
        {
            throw new OperationCanceledException(stop);
        }

        _writing = WriteWholeAsync(message);
        if (!await _writing.WaitAsync(stop).ConfigureAwait(false))
        {
            throw Disconnected(null);
        }
    }

    /// <returns>False: not all of it is out, and the connection has ended.</returns>
    private async Task<bool> WriteWholeAsync(ReadOnlyMemory<byte> message)
    {
        try
        {
            await _stream.WriteAsync(message).ConfigureAwait(false);
            return true;
        }
        catch (Exception fault)
        {
            End(new QmpDisconnectedException("Writing to the guest agent failed.", null, fault));
            return false;
        }
    }

    private async Task ReadAsync()
    {
        QmpException cause;
        try
        {
            cause = await ReadToEndAsync().ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            cause = new QmpDisconnectedException("The connection broke.", null, fault);
        }

        End(cause);
    }

    private async Task<QmpException> ReadToEndAsync()
    {
        var buffer = new byte[ReadBytes];
        while (true)
        {
            var count = await _stream.ReadAsync(buffer).ConfigureAwait(false);
            if (count == 0)
            {
                return new QmpDisconnectedException("The connection to the guest agent was closed.");
            }

            _frames.Accept(buffer.AsSpan(0, count));
            if (PassedOver - _passedOverBefore > _options.MaxDiscardedBytes)
            {
                return new QmpProtocolException(
                    QmpProtocolFault.NotAnObject, $"No reply in {_options.MaxDiscardedBytes} bytes of the guest agent's output.");
            }
        }
    }
}
