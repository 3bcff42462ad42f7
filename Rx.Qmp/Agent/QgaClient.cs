using System.Buffers;
using System.Reactive.Concurrency;
using Rx.Qmp.Connections;
using Rx.Qmp.Session;
using Rx.Qmp.Isolation;
using Serilog;

namespace Rx.Qmp.Agent;

/// <summary>
/// A client of the guest agent (qemu-ga), over a virtio-serial port's unix socket, vsock or anything else. The port has no connections of
/// its own: what the agent said to a former client may still come out of it, and after a command was given up its reply may. So the
/// client comes into step first, and again after each command it gave up; until then everything is passed over. Commands run one at a
/// time, in order. All members may be used from any thread.
/// </summary>
public sealed class QgaClient : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<QgaCall> _waiting = [];
    private readonly QgaClientOptions _settings;
    private readonly AgentLink _link;
    private readonly QgaSynchroniser _synchroniser;
    private readonly ILogger _log;
    private long _sent;
    private int _lastId;
    private bool _sendsIds = true;
    private bool _serving;

    private QgaClient(Stream stream, QgaClientOptions options, QgaClientOptions settings)
    {
        Options = options;
        _settings = settings;
        _log = settings.Logger!.ForContext<QgaClient>();
        _link = new AgentLink(stream, settings);
        _synchroniser = new QgaSynchroniser(_link, settings);
    }

    /// <summary>The options it was made with.</summary>
    public QgaClientOptions Options { get; }

    /// <summary>Completes when the connection has ended, by whichever side; never fails. An agent that stops does not end it: only
    /// QEMU, or the socket, does.</summary>
    public Task Completion => _link.Finished;

    /// <summary>Counts since the client connected.</summary>
    public QgaStatistics Statistics =>
        new(Volatile.Read(ref _sent), _synchroniser.Count, _link.StrayMessages, _link.DiscardedBytes);

    /// <summary>Connects to the unix socket of the agent's port, with the default options, and waits for the agent's first sign of life.
    /// </summary>
    /// <param name="path">The socket's path.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The client, in step with the agent.</returns>
    /// <exception cref="QmpException">As for the other overload.</exception>
    public static Task<QgaClient> ConnectAsync(string path, CancellationToken cancellationToken = default) =>
        ConnectAsync(QmpEndpoint.Unix(path), new QgaClientOptions(), cancellationToken);

    /// <summary>Connects, and waits for the agent's first sign of life.</summary>
    /// <param name="endpoint">Where the port can be reached.</param>
    /// <param name="options">How the client behaves.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The client, in step with the agent.</returns>
    /// <exception cref="QmpConnectException">No connection came about in time.</exception>
    /// <exception cref="QgaUnresponsiveException">Connected, but the agent gave no sign of life in time.</exception>
    /// <exception cref="QmpDisconnectedException">The connection ended meanwhile.</exception>
    public static Task<QgaClient> ConnectAsync(
        QmpEndpoint endpoint, QgaClientOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(options);
        return ConnectAsync(
            (transport, stop) => Connector.OpenAsync(endpoint.ForAgent, transport, stop), endpoint.ToString()!, options, cancellationToken);
    }

    /// <summary>Waits for the agent's first sign of life over a connection that exists.</summary>
    /// <param name="stream">The connection, which the client owns from now on, also if this fails.</param>
    /// <param name="options">How the client behaves.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The client, in step with the agent.</returns>
    /// <exception cref="QmpException">As for the other overload, except <see cref="QmpConnectException"/>.</exception>
    public static Task<QgaClient> ConnectAsync(
        Stream stream, QgaClientOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(options);
        return ConnectAsync(
            (_, _) => new(ForeignStream.Wrap(stream, options.InlineContinuations)), "the given stream", options, cancellationToken, stream);
    }

    /// <summary>
    /// Sends a command and waits for its reply. A command that answers only with errors (<see cref="QgaCommands.AnswersErrorsOnly"/>) is
    /// done when it has stayed without one for <see cref="QgaClientOptions.SilenceIsSuccess"/>, or when the connection ends meanwhile.
    /// </summary>
    /// <param name="command">The command. Its time limit counts from the call, waiting its turn and coming into step included.</param>
    /// <param name="cancellationToken">Stops waiting. A command not yet sent is never sent; one already sent may still take effect.</param>
    /// <returns>What the agent returned; an empty object where it returns nothing.</returns>
    /// <exception cref="QgaCommandException">The agent refused, or failed.</exception>
    /// <exception cref="QmpTimeoutException">No reply in time; the command may still take effect.</exception>
    /// <exception cref="QgaUnresponsiveException">The command was not sent: the agent did not come into step in time.</exception>
    /// <exception cref="QmpDisconnectedException">The connection ended, or had ended before.</exception>
    /// <exception cref="QmpQueueFullException">Too many commands wait already.</exception>
    /// <exception cref="QmpProtocolException">The reply makes no sense.</exception>
    public Task<QmpReply> ExecuteAsync(QmpCommand command, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<QmpReply>(cancellationToken);
        }

        var call = new QgaCall(command, _settings, cancellationToken);
        lock (_gate)
        {
            if (_waiting.Count >= Options.MaxWaitingCommands)
            {
                call.Fail(new QmpQueueFullException(command.Name, Options.MaxWaitingCommands));
                return call.Task;
            }

            _waiting.Enqueue(call);
            if (_serving)
            {
                return call.Task;
            }

            _serving = true;
        }

        _ = ServeAsync();
        return call.Task;
    }

    /// <summary>Sends a command and reads its reply.</summary>
    /// <typeparam name="TResult">What the agent returns.</typeparam>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>What the agent returned.</returns>
    /// <exception cref="QmpException">As for the other overload, or the reply has another shape.</exception>
    public async Task<TResult> ExecuteAsync<TResult>(QmpCommand<TResult> command, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        return (await ExecuteAsync((QmpCommand)command, cancellationToken).ConfigureAwait(false)).As(command);
    }

    /// <summary>Closes the connection. Commands under way fail. More than once is harmless.</summary>
    /// <returns>A completed task.</returns>
    public ValueTask DisposeAsync()
    {
        _link.End(null);
        return ValueTask.CompletedTask;
    }

    private static async Task<QgaClient> ConnectAsync(
        Func<QmpClientOptions, CancellationToken, ValueTask<Stream>> open,
        string endpoint,
        QgaClientOptions options,
        CancellationToken caller,
        Stream? given = null)
    {
        ForeignStream.Own(given, options.InlineContinuations, options.Validate);
        var settings = options.Guarded();
        using var attempt = new ConnectAttempt(settings.Transport, caller);
        QgaClient? client = null;
        try
        {
            client = new QgaClient(await open(settings.Transport, attempt.Token).ConfigureAwait(false), options, settings);
            client._link.Start();
            await client.FindAgentAsync(attempt.Token).ConfigureAwait(false);
            QgaLog.Ready(client._log, endpoint);
            return client;
        }
        catch (Exception fault)
        {
            client?._link.End(null);
            caller.ThrowIfCancellationRequested();
            throw client?._link.Cause is { } cause ? cause : client is not null && attempt.Token.IsCancellationRequested
                ? new QgaUnresponsiveException(null, options.ConnectTimeout)
                : attempt.Explain(endpoint, fault);
        }
    }

    private async Task FindAgentAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await _synchroniser.RunAsync(null, stop).ConfigureAwait(false);
                return;
            }
            catch (QgaUnresponsiveException)
            {
                // It may come up later, and what was sent before it did may be lost.
            }
        }
    }

    private async Task ServeAsync()
    {
        while (NextCall() is { } call)
        {
            try
            {
                await ServeAsync(call).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (call.Stop.IsCancellationRequested)
            {
                // He has been answered.
            }
            catch (QmpDisconnectedException)
            {
                call.Fail(_link.Disconnected(call.Command.Name));
            }
            catch (Exception fault)
            {
                call.Fail(fault);
            }
        }
    }

    private QgaCall? NextCall()
    {
        lock (_gate)
        {
            _serving = _waiting.TryDequeue(out var call);
            return call;
        }
    }

    private async Task ServeAsync(QgaCall call)
    {
        call.Stop.ThrowIfCancellationRequested();
        if (!_link.InStep)
        {
            await _synchroniser.RunAsync(call.Command.Name, call.Stop).ConfigureAwait(false);
        }

        var reply = await AskAsync(call).ConfigureAwait(false);
        if (_sendsIds && reply.IsAgainstIds)
        {
            // Refused in parsing: nothing has been done yet, so this once the same may be sent again.
            _sendsIds = false;
            reply = await AskAsync(call).ConfigureAwait(false);
        }

        switch (reply)
        {
            case { Kind: MessageKind.Malformed }:
                throw new QmpProtocolException(
                    QmpProtocolFault.MalformedReply, $"The reply to {call.Command.Name} is malformed.", null, call.Command.Name);
            case { Error: { } error }:
                throw new QgaCommandException(call.Command.Name, error);
            default:
                call.Complete(reply.Value);
                break;
        }
    }

    private async Task<AgentReply> AskAsync(QgaCall call)
    {
        int? id = _sendsIds ? _lastId = _lastId % 9 + 1 : null;
        var wait = new AgentWait(Options.InlineContinuations) { Id = id };
        var isSilent = QgaCommands.AnswersErrorsOnly(call.Command.Name);
        var isOut = false;
        IDisposable? silence = null;
        try
        {
            return await _link.AskAsync(Encode(call.Command, id), wait, call.TrySend, Sent, call.Stop).ConfigureAwait(false);
        }
        catch (QmpDisconnectedException) when (isSilent && isOut)
        {
            // The guest has gone, as it was told.
            return new AgentReply(MessageKind.Unknown);
        }
        finally
        {
            silence?.Dispose();
        }

        void Sent()
        {
            isOut = true;
            Interlocked.Increment(ref _sent);
            if (isSilent)
            {
                call.ForgetDeadline();
                silence = _settings.Scheduler.Schedule(_settings.SilenceIsSuccess, () => _link.TakeSilence(wait));
            }
        }
    }

    private static ReadOnlyMemory<byte> Encode(QmpCommand command, int? id)
    {
        var output = new ArrayBufferWriter<byte>(command.Body.Length + 32);
        output.Write("{\"execute\""u8);
        output.Write(command.Body.Span);
        output.Write(id is null ? "}\n"u8 : [.. ",\"id\":"u8, (byte)('0' + id), (byte)'}', (byte)'\n']);
        return output.WrittenMemory;
    }
}
