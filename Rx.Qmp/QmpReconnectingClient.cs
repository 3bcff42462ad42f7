using System.Reactive.Concurrency;
using Rx.Qmp.Isolation;
using Rx.Qmp.Reconnect;
using Rx.Qmp.Session;

namespace Rx.Qmp;

/// <summary>
/// A <see cref="QmpClient"/> after the other to the same server, as far as its policy says (by default there is only one). A new
/// connection is a new beginning: events of the gap are gone, as are descriptors passed before, and what became of commands under way is
/// unknown. None of this is hidden: <see cref="States"/> shows the gap, those commands fail, nothing is ever sent again, and
/// <see cref="QmpReconnectOptions.Resync"/> is the place to look at how things stand now. All members may be used from any thread.
/// </summary>
public sealed class QmpReconnectingClient : IAsyncDisposable
{
    private const int StatesKept = 64;

    private readonly QmpReconnectOptions _settings;
    private readonly ReadyGate _gate;
    private readonly ReconnectLoop _loop;
    private readonly ObserverHub<QmpEvent> _events;
    private int _started;

    /// <summary>Makes a client that is not connected yet.</summary>
    /// <param name="endpoint">Where the server listens, or a <see cref="QmpListener"/> it dials again and again.</param>
    /// <param name="options">How it behaves.</param>
    public QmpReconnectingClient(QmpEndpoint endpoint, QmpReconnectOptions options)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Options = options;
        _settings = options with { Client = options.Client.Guarded() };
        var log = _settings.Client.Logger!.ForContext<QmpReconnectingClient>();
        var report = new ObserverReport(new SessionCounters(), log);
        var states = new ObserverHub<QmpReconnectState>(replayLast: true, report);
        _events = new ObserverHub<QmpEvent>(replayLast: false, report);
        _gate = new ReadyGate(_settings.Client);
        _loop = new ReconnectLoop(endpoint, _settings, _gate, states, _events, log);
        States = new HubObservable<QmpReconnectState>(states, DeliveryPolicy<QmpReconnectState>.DropOldest(StatesKept), ObserverScheduler);
        Events = ObserveEvents(options.Client.EventBuffer);
    }

    /// <summary>The options it was made with.</summary>
    public QmpReconnectOptions Options { get; }

    /// <summary>The state: the current one on subscribing (none before ConnectAsync), then every change. Completes after
    /// <see cref="QmpReconnectPhase.Ended"/>; never errors. Runs on the observer scheduler of the client options, or inline.</summary>
    public IObservable<QmpReconnectState> States { get; }

    /// <summary>The events of all connections, as one hot stream: nothing is replayed. Completes with <see cref="States"/>; errors only
    /// for a subscriber whose overflow policy is to fail. Buffers and scheduler as for <see cref="QmpClient.Events"/>.</summary>
    public IObservable<QmpEvent> Events { get; }

    /// <summary>The client of the connection at hand, for whatever takes a client; null while none is ready. It ends with its
    /// connection.</summary>
    public QmpClient? Current => _gate.Current;

    private IScheduler? ObserverScheduler =>
        Options.Client.InlineContinuations ? null : Options.Client.ObserverScheduler ?? Options.Client.Scheduler;

    /// <summary>Connects for the first time, and from then on as the policy says. Once.</summary>
    /// <param name="cancellationToken">Gives up for good, until the first connection is ready; of no effect afterwards.</param>
    /// <returns>A task that completes when commands run.</returns>
    /// <exception cref="QmpException">It has given up; as for <see cref="QmpClient.ConnectAsync(QmpEndpoint, CancellationToken)"/>, or a
    /// <see cref="QmpResyncException"/>.</exception>
    public async Task ConnectAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _started, 1) != 0)
        {
            throw new InvalidOperationException("Connecting has begun already.");
        }

        using var cancel = cancellationToken.UnsafeRegister(static loop => ((ReconnectLoop)loop!).Stop(), _loop);
        _ = _loop.RunAsync();
        try
        {
            await _loop.Ready.ConfigureAwait(false);
        }
        catch (QmpException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    /// <summary>
    /// Sends a command and waits for its reply. While no connection is ready it waits, unsent, for one. Once sent it is never sent again:
    /// if the connection is lost meanwhile it fails, and what became of it is unknown.
    /// </summary>
    /// <param name="command">The command. Its time limit counts from the call, waiting for a connection included.</param>
    /// <param name="cancellationToken">Stops waiting, as for <see cref="QmpClient.ExecuteAsync(QmpCommand, CancellationToken)"/>.</param>
    /// <returns>What the server returned. Await it once.</returns>
    /// <exception cref="QmpNotSentException">No connection in time: it took no effect.</exception>
    /// <exception cref="QmpDisconnectedException">The connection was lost while it was under way, or there will be none any more.</exception>
    /// <exception cref="QmpException">As for <see cref="QmpClient.ExecuteAsync(QmpCommand, CancellationToken)"/>.</exception>
    public ValueTask<QmpReply> ExecuteAsync(QmpCommand command, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        return command.Name != QmpCommands.Quit().Name && _gate.Current is { } ready
            ? ready.ExecuteAsync(command, cancellationToken)
            : ExecuteLaterAsync(command, cancellationToken);
    }

    /// <summary>Sends a command and reads its reply.</summary>
    /// <typeparam name="TResult">What the server returns.</typeparam>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>What the server returned. Await it once.</returns>
    /// <exception cref="QmpException">As for the other overload, or the reply has another shape.</exception>
    public async ValueTask<TResult> ExecuteAsync<TResult>(QmpCommand<TResult> command, CancellationToken cancellationToken = default) =>
        (await ExecuteAsync((QmpCommand)command, cancellationToken).ConfigureAwait(false)).As(command);

    /// <summary>Sends a command and reads its reply.</summary>
    /// <typeparam name="TResult">What the server returns.</typeparam>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>What the server returned. Await it once.</returns>
    /// <exception cref="QmpException">As for the other overload, or the reply has another shape.</exception>
    public ValueTask<TResult> ExecuteAsync<TResult>(IQmpCommand<TResult> command, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        return ExecuteAsync(command.Encode(), cancellationToken);
    }

    /// <summary>The events, with a buffer other than the default.</summary>
    /// <param name="buffer">How far each subscriber of the result may fall behind.</param>
    /// <returns>A stream like <see cref="Events"/>.</returns>
    public IObservable<QmpEvent> ObserveEvents(QmpEventBuffer buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.Validate(nameof(buffer));
        return new HubObservable<QmpEvent>(_events, buffer.Policy<QmpEvent>(), ObserverScheduler);
    }

    /// <summary>The events of one type, read.</summary>
    /// <typeparam name="TEvent">The type.</typeparam>
    /// <returns>The typed stream, otherwise like <see cref="Events"/>.</returns>
    public IObservable<TEvent> EventsOf<TEvent>()
        where TEvent : class, IQmpTypedEvent<TEvent> => Events.OfEvent<TEvent>();

    /// <summary>Tells QEMU to quit and waits until it hung up. There is no further connection then.</summary>
    /// <param name="cancellationToken">Stops waiting; QEMU may quit all the same.</param>
    /// <returns>A task that completes when QEMU has closed the connection.</returns>
    /// <exception cref="QmpException">As for <see cref="QmpClient.QuitAsync"/>, or no connection in time.</exception>
    public async Task QuitAsync(CancellationToken cancellationToken = default)
    {
        var quit = QmpCommands.Quit();
        var limit = quit.Timeout ?? Options.Client.CommandTimeout;
        var client = await _gate.WaitAsync(quit.Name, limit, cancellationToken).ConfigureAwait(false);
        await client.QuitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends it all: the connection at hand, waiting and trying again. Commands fail and the streams complete. Does not wait for
    /// observers; may be called from one, and more than once.</summary>
    /// <returns>A task that completes when the connection is closed.</returns>
    public async ValueTask DisposeAsync()
    {
        var client = _gate.Current;
        _loop.Stop();
        if (Interlocked.Exchange(ref _started, 1) == 0)
        {
            _loop.End(null);
        }

        if (client is not null)
        {
            await client.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<QmpReply> ExecuteLaterAsync(QmpCommand command, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _started) == 0)
        {
            throw new InvalidOperationException("The client has not been connected.");
        }

        var waiting = _settings.Client.Scheduler.StartStopwatch();
        var limit = command.Timeout ?? Options.Client.CommandTimeout;
        var client = await _gate.WaitAsync(command.Name, limit, cancellationToken).ConfigureAwait(false);
        var left = limit.IsNever() ? limit : limit - waiting.Elapsed;
        var bounded = command.WithTimeout(left.IsLimit() ? left : TimeSpan.FromTicks(1));
        if (command.Name != QmpCommands.Quit().Name)
        {
            return await client.ExecuteAsync(bounded, cancellationToken).ConfigureAwait(false);
        }

        // Its hanging up is what was asked for, whoever asks how.
        _loop.IsQuitting = true;
        try
        {
            return await client.ExecuteAsync(bounded, cancellationToken).ConfigureAwait(false);
        }
        catch (QmpCommandException)
        {
            _loop.IsQuitting = false;
            throw;
        }
    }
}
