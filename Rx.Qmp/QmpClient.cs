using System.Reactive.Concurrency;
using System.Text.Json.Serialization.Metadata;
using Rx.Qmp.Isolation;
using Rx.Qmp.Session;

namespace Rx.Qmp;

/// <summary>
/// A client of one QMP connection: commands that can be awaited, several in flight, and events as a hot stream. Make it, subscribe,
/// connect; it connects once. All members may be used from any thread, and from inside observers and continuations.
/// </summary>
public sealed class QmpClient : IAsyncDisposable
{
    private const int StatesKept = 64;

    private readonly QmpSession _session;
    private int _started;

    /// <summary>Makes a client that is not connected yet.</summary>
    /// <param name="options">How it behaves.</param>
    public QmpClient(QmpClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Options = options;
        Settings = options.Guarded();
        _session = new QmpSession(Settings);
        Events = ObserveEvents(options.EventBuffer);
        ConnectionStates = new HubObservable<QmpConnectionState>(
            _session.States, DeliveryPolicy<QmpConnectionState>.DropOldest(StatesKept), ObserverScheduler);
    }

    /// <summary>The options it was made with.</summary>
    public QmpClientOptions Options { get; }

    /// <summary>
    /// Every event, known or not, in the server's order. Hot: nothing is replayed, so subscribe before connecting or before the command
    /// whose event matters (it usually precedes the reply). Each subscriber has its own buffer (<see cref="QmpClientOptions.EventBuffer"/>)
    /// and runs on the observer scheduler, or on the reading thread with <see cref="QmpClientOptions.InlineContinuations"/>; one that
    /// throws is dropped and logged. Completes when the connection ends, lost or closed alike: <see cref="ConnectionStates"/>, which is
    /// told first, has the cause. Errors only for a subscriber whose overflow policy is to fail.
    /// </summary>
    public IObservable<QmpEvent> Events { get; }

    /// <summary>
    /// The connection's state: the current one on subscribing (none before ConnectAsync), then every change. Completes after
    /// <see cref="QmpConnectionPhase.Lost"/> or <see cref="QmpConnectionPhase.Closed"/>; never errors. Runs where
    /// <see cref="Events"/> does.
    /// </summary>
    public IObservable<QmpConnectionState> ConnectionStates { get; }

    /// <summary>The options, with a clock and a logger that can be relied on.</summary>
    internal QmpClientOptions Settings { get; }

    /// <summary>What the server greeted with; null before it did.</summary>
    public QmpGreeting? Greeting => _session.Greeting;

    /// <summary>Counts since the client was made.</summary>
    public QmpStatistics Statistics => _session.Counters.Snapshot();

    private IScheduler? ObserverScheduler =>
        Options.InlineContinuations ? null : Settings.ObserverScheduler;

    /// <summary>Makes a client and connects it to an endpoint.</summary>
    /// <param name="endpoint">Where the server listens; retried while missing or refusing.</param>
    /// <param name="options">How the client behaves.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The client, ready for commands.</returns>
    /// <exception cref="QmpConnectException">No connection came about in time.</exception>
    /// <exception cref="QmpNoGreetingException">Connected, but no greeting in time.</exception>
    /// <exception cref="QmpTimeoutException">Greeted, but capabilities were not answered in time.</exception>
    /// <exception cref="QmpDisconnectedException">The connection ended meanwhile.</exception>
    public static Task<QmpClient> ConnectAsync(
        QmpEndpoint endpoint, QmpClientOptions options, CancellationToken cancellationToken = default) =>
        ConnectNewAsync(options, client => client.ConnectAsync(endpoint, cancellationToken));

    /// <summary>Makes a client and connects it over a stream.</summary>
    /// <param name="stream">A fresh connection, which the client owns from now on, also if this fails.</param>
    /// <param name="options">How the client behaves.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The client, ready for commands.</returns>
    /// <exception cref="QmpException">As for the other overload, except <see cref="QmpConnectException"/>.</exception>
    public static Task<QmpClient> ConnectAsync(
        Stream stream, QmpClientOptions options, CancellationToken cancellationToken = default) =>
        ConnectNewAsync(options, client => client.ConnectAsync(stream, cancellationToken));

    /// <summary>Connects to an endpoint and negotiates. Once per client.</summary>
    /// <param name="endpoint">Where the server listens; retried while missing or refusing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that completes when commands run.</returns>
    /// <exception cref="QmpException">As for the static method; the client is lost then.</exception>
    public Task ConnectAsync(QmpEndpoint endpoint, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return ConnectCoreAsync(
            stop => Connector.OpenAsync(endpoint, Settings, stop), endpoint.ToString()!, endpoint.ExplainEarlyEnd, cancellationToken);
    }

    /// <summary>Negotiates over a fresh connection. Once per client.</summary>
    /// <param name="stream">The connection, which the client owns from now on, also if this fails.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that completes when commands run.</returns>
    /// <exception cref="QmpException">As for the static method; the client is lost then.</exception>
    public Task ConnectAsync(Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return ConnectCoreAsync(_ => new ValueTask<Stream>(ForeignStream.Wrap(stream, Options.InlineContinuations)), "the given stream", static cause => cause, cancellationToken);
    }

    /// <summary>Sends a command and waits for its reply. While connecting, and while as many are in flight as may be, it waits its turn.</summary>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Stops waiting. A command not yet sent is never sent; one already sent may still take effect, and
    /// its reply is dropped. The connection is not harmed.</param>
    /// <returns>What the server returned. Await it once.</returns>
    /// <exception cref="QmpCommandException">The server refused.</exception>
    /// <exception cref="QmpTimeoutException">No reply in time.</exception>
    /// <exception cref="QmpDisconnectedException">The connection ended, or had ended before.</exception>
    /// <exception cref="QmpQueueFullException">Too many commands wait already.</exception>
    /// <exception cref="QmpProtocolException">The reply makes no sense.</exception>
    public ValueTask<QmpReply> ExecuteAsync(QmpCommand command, CancellationToken cancellationToken = default)
    {
        CheckCall(command);
        return _session.ExecuteAsync(command, false, cancellationToken);
    }

    /// <summary>Sends a command and reads its reply.</summary>
    /// <typeparam name="TResult">What the server returns.</typeparam>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Stops waiting, as for the other overload.</param>
    /// <returns>What the server returned. Await it once.</returns>
    /// <exception cref="QmpException">As for the other overload, or the reply has another shape.</exception>
    public ValueTask<TResult> ExecuteAsync<TResult>(QmpCommand<TResult> command, CancellationToken cancellationToken = default)
    {
        CheckCall(command);
        return _session.ExecuteAsync(command, false, cancellationToken);
    }

    /// <summary>Sends a command and reads its reply.</summary>
    /// <typeparam name="TResult">What the server returns.</typeparam>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Stops waiting, as for the other overload.</param>
    /// <returns>What the server returned. Await it once.</returns>
    /// <exception cref="QmpException">As for the other overload, or the reply has another shape.</exception>
    public ValueTask<TResult> ExecuteAsync<TResult>(IQmpCommand<TResult> command, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        return ExecuteAsync(command.Encode(), cancellationToken);
    }

    /// <summary>Sends a command and reads its reply into a type.</summary>
    /// <typeparam name="T">The reply's type.</typeparam>
    /// <param name="command">The command.</param>
    /// <param name="typeInfo">The type's source-generated description.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>What the server returned.</returns>
    /// <exception cref="QmpException">As for the other overload, or the reply has another shape.</exception>
    public async ValueTask<T?> ExecuteAsync<T>(
        QmpCommand command, JsonTypeInfo<T> typeInfo, CancellationToken cancellationToken = default) =>
        (await ExecuteAsync(command, cancellationToken).ConfigureAwait(false)).As(typeInfo);

    /// <summary>Sends a command to be executed out of band: it overtakes every other, also those under way in the server. Only few commands
    /// may (allow-oob in the schema). Two can be in flight.</summary>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Stops waiting, as for <see cref="ExecuteAsync(QmpCommand, CancellationToken)"/>.</param>
    /// <returns>What the server returned. Await it once.</returns>
    /// <exception cref="QmpUnsupportedException">Out-of-band execution was not negotiated.</exception>
    /// <exception cref="QmpException">As for the in-band call.</exception>
    public ValueTask<QmpReply> ExecuteOobAsync(QmpCommand command, CancellationToken cancellationToken = default)
    {
        CheckCall(command);
        RejectFile(command);
        return _session.ExecuteAsync(command, true, cancellationToken);
    }

    /// <inheritdoc cref="ExecuteOobAsync(QmpCommand, CancellationToken)"/>
    /// <typeparam name="TResult">What the server returns.</typeparam>
    public ValueTask<TResult> ExecuteOobAsync<TResult>(QmpCommand<TResult> command, CancellationToken cancellationToken = default)
    {
        CheckCall(command);
        RejectFile(command);
        return _session.ExecuteAsync(command, true, cancellationToken);
    }

    /// <inheritdoc cref="ExecuteOobAsync(QmpCommand, CancellationToken)"/>
    /// <typeparam name="TResult">What the server returns.</typeparam>
    public ValueTask<TResult> ExecuteOobAsync<TResult>(IQmpCommand<TResult> command, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        return ExecuteOobAsync(command.Encode(), cancellationToken);
    }

    /// <summary>Sends a command and blocks until its reply has come. With <see cref="QmpReading.Blocking"/> the calling thread reads it
    /// itself, for everybody, which is the fastest way to run one command after the other; inside an observer or continuation that runs
    /// on the reading thread it always does. Elsewhere some other thread has to read: never block the one that drives virtual
    /// time.</summary>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>What the server returned.</returns>
    /// <exception cref="OperationCanceledException">The token says stop.</exception>
    /// <exception cref="QmpException">As for <see cref="ExecuteAsync(QmpCommand, CancellationToken)"/>.</exception>
    public QmpReply Execute(QmpCommand command, CancellationToken cancellationToken = default)
    {
        CheckCall(command);
        return _session.Execute(command, cancellationToken);
    }

    /// <inheritdoc cref="Execute(QmpCommand, CancellationToken)"/>
    /// <typeparam name="TResult">What the server returns.</typeparam>
    public TResult Execute<TResult>(QmpCommand<TResult> command, CancellationToken cancellationToken = default)
    {
        CheckCall(command);
        return _session.Execute(command, cancellationToken);
    }

    /// <inheritdoc cref="Execute(QmpCommand, CancellationToken)"/>
    /// <typeparam name="TResult">What the server returns.</typeparam>
    public TResult Execute<TResult>(IQmpCommand<TResult> command, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        return Execute(command.Encode(), cancellationToken);
    }

    /// <summary>The events, with a buffer other than the default.</summary>
    /// <param name="buffer">How far each subscriber of the result may fall behind.</param>
    /// <returns>A stream like <see cref="Events"/>.</returns>
    public IObservable<QmpEvent> ObserveEvents(QmpEventBuffer buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.Validate(nameof(buffer));
        return new HubObservable<QmpEvent>(_session.Events.All, buffer.Policy<QmpEvent>(), ObserverScheduler);
    }

    /// <summary>The events of one type, read. Like <see cref="Events"/> in every other respect; an event of that name which makes no
    /// sense is left out here.</summary>
    /// <typeparam name="TEvent">The type, such as <see cref="Protocol.ShutdownEvent"/>.</typeparam>
    /// <returns>The typed stream.</returns>
    public IObservable<TEvent> EventsOf<TEvent>()
        where TEvent : class, IQmpTypedEvent<TEvent> =>
        Options.EventBuffer.Overflow == QmpEventOverflow.Latest
            ? Events.OfEvent<TEvent>()
            : new HubObservable<TEvent>(_session.Events.Of<TEvent>(), Options.EventBuffer.Policy<TEvent>(), ObserverScheduler);

    /// <summary>Tells QEMU to quit and waits until it hung up, which ends the connection as
    /// <see cref="QmpConnectionPhase.Closed"/>. That the
    /// reply gets lost on the way is a success.</summary>
    /// <param name="cancellationToken">Stops waiting; QEMU may quit all the same.</param>
    /// <returns>A task that completes when QEMU has closed the connection.</returns>
    /// <exception cref="QmpCommandException">QEMU refused to quit.</exception>
    /// <exception cref="QmpTimeoutException">QEMU did not answer, or did not hang up, in time.</exception>
    /// <exception cref="QmpDisconnectedException">The connection had ended before.</exception>
    public Task QuitAsync(CancellationToken cancellationToken = default) =>
        _session.QuitAsync(QmpCommands.Quit(), cancellationToken);

    /// <summary>Closes the connection. Commands under way fail, the streams complete. Does not wait for observers; may be called from one,
    /// and more than once.</summary>
    /// <returns>A task that completes when the stream is closed, or has had five seconds to.</returns>
    public async ValueTask DisposeAsync()
    {
        _session.End(null);
        await _session.StreamClosed.ConfigureAwait(false);
    }

    /// <summary>The events on the reading thread whatever the options say, so that no buffer can overflow: for workflows that must not miss
    /// one. The observer must neither block nor run foreign code.</summary>
    internal IDisposable Tap(IObserver<QmpEvent> observer) => _session.Events.All.Subscribe(observer, DeliveryPolicy<QmpEvent>.Unbounded, null);

    /// <summary>A queue for an observer of a workflow, served as those of <see cref="Events"/> are.</summary>
    internal ObserverQueue<T> Serve<T>(IObserver<T> observer, DeliveryPolicy<T> policy, Action<ObserverQueue<T>> ended)
        where T : class => new(observer, policy, ObserverScheduler, ended, _session.Report);

    /// <summary>Completes when the connection has ended and all its commands have failed.</summary>
    internal Task Finished => _session.Finished;

    /// <summary>True from the moment the connection begins to end.</summary>
    internal bool HasEnded => _session.HasEnded;

    /// <summary>Why it ended; null if on request.</summary>
    internal QmpException? Cause => _session.Cause;

    /// <summary>What a command fails with that the end of the connection has cut off.</summary>
    internal QmpDisconnectedException LossOf(string command) => _session.Disconnected(command);

    private static void RejectFile(QmpCommand command)
    {
        if (command.File is not null)
        {
            throw new ArgumentException("A command that carries a descriptor is not executed out of band.", nameof(command));
        }
    }

    private void CheckCall(QmpCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (Volatile.Read(ref _started) == 0 && !_session.HasEnded)
        {
            throw new InvalidOperationException("The client has not been connected.");
        }
    }

    private static async Task<QmpClient> ConnectNewAsync(QmpClientOptions options, Func<QmpClient, Task> connect)
    {
        var client = new QmpClient(options);
        try
        {
            await connect(client).ConfigureAwait(false);
            return client;
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task ConnectCoreAsync(
        Func<CancellationToken, ValueTask<Stream>> open,
        string endpoint,
        Func<QmpException, QmpException> explainEarlyEnd,
        CancellationToken caller)
    {
        if (Interlocked.Exchange(ref _started, 1) != 0)
        {
            throw new InvalidOperationException("A client connects once.");
        }

        _session.States.Publish(new QmpConnectionState(QmpConnectionPhase.Connecting));
        using var attempt = new ConnectAttempt(Settings, caller);
        try
        {
            var stream = await open(attempt.Token).ConfigureAwait(false);
            using var stop = attempt.Token.UnsafeRegister(_ => _session.End(attempt.Explain(endpoint, connected: true, Greeting)), null);
            await _session.StartAsync(stream).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            _session.End(attempt.Explain(endpoint, fault));
            caller.ThrowIfCancellationRequested();
            throw _session.Cause is not { } cause ? fault : Greeting is null ? explainEarlyEnd(cause) : cause;
        }
    }
}
