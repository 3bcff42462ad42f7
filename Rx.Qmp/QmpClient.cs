using Rx.Qmp.Connections;
using Rx.Qmp.Isolation;
using Rx.Qmp.Session;

namespace Rx.Qmp;

/// <summary>
/// A client of one QMP server: commands that can be awaited, several in flight, and events as a hot stream. Make it, subscribe, connect. All
/// members may be used from any thread, and from inside observers and continuations.
/// </summary>
/// <remarks>
/// By default it makes one connection, and losing that is the end. With <see cref="QmpClientOptions.Reconnect"/> it makes one after the
/// other, and hides nothing of it: <see cref="ConnectionStates"/> shows each gap, the events of a gap are gone, a command or workflow under
/// way at a loss fails, its outcome unknown, and nothing is ever sent again. A command or workflow begun in a gap waits, unsent, for the
/// next connection, within its time limit; if none comes it fails with <see cref="QmpNotSentException"/>.
/// </remarks>
public sealed partial class QmpClient : IAsyncDisposable
{
    private const int StatesKept = 64;

    private readonly ConnectionLoop _connections;
    private readonly QmpSession? _pinned;
    private int _started;

    /// <summary>A client that is not connected yet.</summary>
    /// <param name="options">How it behaves; null: the defaults.</param>
    public QmpClient(QmpClientOptions? options = null)
    {
        Options = options ?? new QmpClientOptions();
        Options.Validate();
        Settings = Options.Guarded();
        _connections = new ConnectionLoop(Settings, session => new QmpClient(this, session));
        Events = ObserveEvents(Options.EventBuffer);
        ConnectionStates = new HubObservable<QmpConnectionState>(
            _connections.States, DeliveryPolicy<QmpConnectionState>.DropOldest(StatesKept), Settings.ObserversRunOn);
    }

    /// <summary>A client that stands for one connection of another.</summary>
    private QmpClient(QmpClient whole, QmpSession session)
    {
        (Options, Settings, _connections, _pinned, _started) = (whole.Options, whole.Settings, whole._connections, session, 1);
        (Events, ConnectionStates) = (whole.Events, whole.ConnectionStates);
    }

    /// <summary>The options it was made with.</summary>
    public QmpClientOptions Options { get; }

    /// <summary>
    /// Every event, known or not, in the server's order. Hot: nothing is replayed, so subscribe before connecting or before the command
    /// whose event matters (it usually precedes the reply). Each subscriber has its own buffer (<see cref="QmpClientOptions.EventBuffer"/>)
    /// and runs on the observer scheduler, or on the reading thread with <see cref="QmpClientOptions.InlineContinuations"/>; one that
    /// throws is dropped and logged. Completes when the connection ends, lost or closed alike, and no other follows:
    /// <see cref="ConnectionStates"/>, which is told first, has the cause. Errors only for a subscriber whose overflow policy is to fail.
    /// </summary>
    public IObservable<QmpEvent> Events { get; }

    /// <summary>
    /// How the connection stands: the current state on subscribing (none before ConnectAsync), then every change. Completes after a state
    /// that is final (<see cref="QmpConnectionState.IsFinal"/>); never errors. Runs where <see cref="Events"/> does.
    /// </summary>
    public IObservable<QmpConnectionState> ConnectionStates { get; }

    /// <summary>The options, with a clock and a logger that can be relied on.</summary>
    internal QmpClientOptions Settings { get; }

    /// <summary>What the server greeted with, of the latest connection; null before it did.</summary>
    public QmpGreeting? Greeting => (_pinned ?? _connections.Session).Greeting;

    /// <summary>Counts since the client was made, of all its connections.</summary>
    public QmpStatistics Statistics => _connections.Counters.Snapshot();

    private QmpSession? Current => _pinned ?? _connections.Commands.Current;

    /// <summary>Makes a client and connects it to a unix socket on which QEMU listens, with the default options.</summary>
    /// <param name="path">The socket's path, as in <c>-qmp unix:PATH,server=on,wait=off</c>; tried for while it is missing or refuses.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The client, ready for commands.</returns>
    /// <exception cref="QmpException">As for
    /// <see cref="ConnectAsync(QmpEndpoint, QmpClientOptions, CancellationToken)"/>.</exception>
    public static Task<QmpClient> ConnectAsync(string path, CancellationToken cancellationToken = default) =>
        ConnectAsync(path, new QmpClientOptions(), cancellationToken);

    /// <summary>Makes a client and connects it to a unix socket on which QEMU listens.</summary>
    /// <param name="path">The socket's path.</param>
    /// <param name="options">How the client behaves.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The client, ready for commands.</returns>
    /// <exception cref="QmpException">As for
    /// <see cref="ConnectAsync(QmpEndpoint, QmpClientOptions, CancellationToken)"/>.</exception>
    public static Task<QmpClient> ConnectAsync(string path, QmpClientOptions options, CancellationToken cancellationToken = default) =>
        ConnectAsync(QmpEndpoint.Unix(path), options, cancellationToken);

    /// <summary>Makes a client and connects it to an endpoint.</summary>
    /// <param name="endpoint">Where the server listens; tried for while it is missing or refuses.</param>
    /// <param name="options">How the client behaves.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The client, ready for commands.</returns>
    /// <exception cref="QmpConnectException">No connection came about in time.</exception>
    /// <exception cref="QmpNoGreetingException">Connected, but no greeting in time.</exception>
    /// <exception cref="QmpTimeoutException">Greeted, but capabilities were not answered in time.</exception>
    /// <exception cref="QmpDisconnectedException">The connection ended meanwhile.</exception>
    /// <exception cref="QmpResyncException">The application's own <see cref="QmpClientOptions.Resync"/> failed.</exception>
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
        ConnectNewAsync(options, client => client.ConnectAsync(stream, cancellationToken), stream);

    /// <summary>Connects to an endpoint and negotiates, and from then on connects again as <see cref="QmpClientOptions.Reconnect"/> says. Once
    /// per client.</summary>
    /// <param name="endpoint">Where the server listens, or a <see cref="QmpListener"/> it dials; tried for while missing or refusing.</param>
    /// <param name="cancellationToken">Gives up for good, until commands run; of no effect afterwards.</param>
    /// <returns>A task that completes when commands run for the first time.</returns>
    /// <exception cref="QmpException">As for the static method; there will be no connection then.</exception>
    public Task ConnectAsync(QmpEndpoint endpoint, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return StartAsync(ConnectionSource.Of(endpoint, Settings), cancellationToken);
    }

    /// <summary>Negotiates over a fresh connection. Once per client; there is no other connection after this one.</summary>
    /// <param name="stream">The connection, which the client owns from now on, also if this fails.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that completes when commands run.</returns>
    /// <exception cref="QmpException">As for the static method; the client is lost then.</exception>
    public Task ConnectAsync(Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return StartAsync(ConnectionSource.Of(stream, Options.InlineContinuations), cancellationToken);
    }

    /// <summary>Tells QEMU to quit and waits until it hung up, which ends the client as <see cref="QmpConnectionPhase.Closed"/>. That the
    /// reply gets lost on the way is a success.</summary>
    /// <param name="cancellationToken">Stops waiting; QEMU may quit all the same.</param>
    /// <returns>A task that completes when QEMU has closed the connection.</returns>
    /// <exception cref="QmpCommandException">QEMU refused to quit.</exception>
    /// <exception cref="QmpTimeoutException">QEMU did not answer, or did not hang up, in time.</exception>
    /// <exception cref="QmpDisconnectedException">The connection had ended before, or ended before all of quit was out.</exception>
    public async Task QuitAsync(CancellationToken cancellationToken = default)
    {
        var session = await BindAsync(KnownCommands.Quit.Name, cancellationToken).ConfigureAwait(false);
        await session.QuitAsync(KnownCommands.Quit, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Closes the connection; there will be no other. Commands under way fail, the streams complete. Does not wait for observers; may
    /// be called from one, and more than once.</summary>
    /// <returns>A task that completes when the stream is closed, or has had five seconds to.</returns>
    public async ValueTask DisposeAsync() => await _connections.StopAsync().ConfigureAwait(false);

    /// <summary>The connection on which a workflow runs from its beginning to its end, waited for if there is none.</summary>
    /// <param name="command">What is to be done, for errors.</param>
    /// <param name="limit">How long the workflow may take.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The connection, and what is left of the time.</returns>
    internal ValueTask<(QmpSession Session, TimeSpan Left)> BindAsync(
        string command, TimeSpan limit, CancellationToken cancellationToken)
    {
        CheckStarted();
        return Current is { } session
            ? new((session, limit))
            : WaitAsync(command, limit, static (session, left) => (session, left), cancellationToken);
    }

    /// <summary>The same, waiting as long as the command may take.</summary>
    internal async ValueTask<QmpSession> BindAsync(string command, CancellationToken cancellationToken) =>
        (await BindAsync(command, Options.TimeoutOf(command), cancellationToken).ConfigureAwait(false)).Session;

    /// <summary>Tells an observer of a workflow that came to nothing, where and as observers of the client's streams are told.</summary>
    internal void Fail<T>(IObserver<T> observer, DeliveryPolicy<T> policy, Exception fault)
        where T : class
    {
        var queue = new ObserverQueue<T>(observer, policy, Settings.ObserversRunOn, static _ => { }, _connections.Report);
        queue.AddCompletion(fault);
        queue.Deliver();
    }

    private static async Task<QmpClient> ConnectNewAsync(QmpClientOptions options, Func<QmpClient, Task> connect, Stream? given = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ForeignStream.Own(given, options.InlineContinuations, options.Validate);
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

    private async Task StartAsync(ConnectionSource source, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _started, 1) != 0)
        {
            source.Reject(Options.InlineContinuations);
            throw new InvalidOperationException("A client connects once.");
        }

        using var cancel = cancellationToken.UnsafeRegister(static all => _ = ((ConnectionLoop)all!).StopAsync(), _connections);
        _ = _connections.RunAsync(source);
        try
        {
            await _connections.Ready.ConfigureAwait(false);
        }
        catch (QmpException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    private void CheckStarted()
    {
        if (Volatile.Read(ref _started) == 0 && !_connections.IsOver)
        {
            throw new InvalidOperationException("The client has not been connected.");
        }
    }
}
