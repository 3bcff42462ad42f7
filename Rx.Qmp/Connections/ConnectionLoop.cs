using System.Reactive.Concurrency;
using Rx.Qmp.Isolation;
using Rx.Qmp.Session;
using Serilog;

namespace Rx.Qmp.Connections;

/// <summary>
/// A client's connections: one, or one after the other as its policy says. Judges each end, and whether another attempt follows, on the
/// thread that brings it, so that the state is told before commands fail. Nothing of one connection is carried over to the next.
/// </summary>
internal sealed class ConnectionLoop : ISessionOwner
{
    private readonly Lock _gate = new();
    private readonly QmpClientOptions _options;
    private readonly StateLine _states;
    private readonly Resynchronisation _resync;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ready;
    private volatile ConnectionSource? _source;
    private QmpSession _session;
    private IStopwatch? _life;
    private QmpException? _cause;
    private TimeSpan? _pause;
    private int _connections;
    private int _retries;
    private bool _stopped;
    private bool _over;

    /// <param name="options">How the client behaves, with a clock and a logger that can be relied on.</param>
    /// <param name="clientOf">Makes a client that stands for one connection.</param>
    public ConnectionLoop(QmpClientOptions options, Func<QmpSession, QmpClient> clientOf)
    {
        (_options, _log) = (options, options.Logger!.ForContext<QmpClient>());
        Report = new ObserverReport(Counters, _log);
        States = new ObserverHub<QmpConnectionState>(replayLast: true, Report);
        _states = new StateLine(States);
        _resync = new Resynchronisation(options, clientOf);
        _ready = new(SchedulerDelay.Options(options.InlineContinuations));
        Events = new EventHubs(Report, Counters, _log);
        Commands = new ReadyGate(options);
        _session = new QmpSession(options, this);
        if (!options.Reconnect.Reconnects && options.Resync is null)
        {
            // There is only this one, so commands wait in its queue, in the order and under the limits of those sent later.
            Commands.Open(_session);
        }
    }

    public SessionCounters Counters { get; } = new();

    public IDeliveryReport Report { get; }

    /// <summary>Who is told how things stand.</summary>
    public ObserverHub<QmpConnectionState> States { get; }

    public EventHubs Events { get; }

    /// <summary>Where commands go.</summary>
    public ReadyGate Commands { get; }

    /// <summary>The connection at hand, being made or the last.</summary>
    public QmpSession Session => Volatile.Read(ref _session);

    /// <summary>Completes when commands run for the first time; fails if that never happens.</summary>
    public Task Ready => _ready.Task;

    /// <summary>True when there will be no other connection.</summary>
    public bool IsOver
    {
        get
        {
            lock (_gate)
            {
                return _over;
            }
        }
    }

    /// <summary>Makes connections until there is to be no other. Never fails.</summary>
    public async Task RunAsync(ConnectionSource source)
    {
        _source = source;
        try
        {
            while (await ServeOneAsync(source).ConfigureAwait(false))
            {
            }
        }
        catch (Exception fault)
        {
            // A fault of this library: commands must not wait for a connection that nobody makes.
            Finish(new QmpDisconnectedException("Connecting failed.", null, fault));
        }
    }

    /// <summary>Ends what is under way; there will be no other connection.</summary>
    /// <returns>A task that completes when the stream is closed.</returns>
    public Task StopAsync()
    {
        Finish(null);
        _stop.TryCancel();
        return Session.StreamClosed;
    }

    void ISessionOwner.Negotiating() => Tell(Session, QmpConnectionPhase.Negotiating);

    void ISessionOwner.Ending(QmpSession session, QmpException? cause) =>
        JudgeUnlessOver(cause is not null && session.Greeting is null ? _source?.ExplainEarlyEnd(cause) ?? cause : cause);

    void ISessionOwner.Ended()
    {
        if (IsOver)
        {
            Close();
        }
    }

    /// <summary>Judges an end and tells of it, without the lock: the logger and the observers are the application's.</summary>
    private void JudgeUnlessOver(QmpException? cause)
    {
        Action? log = null;
        lock (_gate)
        {
            if (!_over)
            {
                log = Judge(cause);
            }
        }

        log?.Invoke();
        _states.Tell();
    }

    /// <returns>What is to be logged, once the lock is left.</returns>
    private Action? Judge(QmpException? cause)
    {
        _retries = _options.Reconnect.IsStable(_life?.Elapsed) ? 0 : _retries;
        (_life, _cause) = (null, cause);
        _pause = MayTryAgain(cause) ? _options.Reconnect.BackOff.After(++_retries) : null;
        _over = _pause is null;
        Commands.Shut(cause);
        _states.Add(State(cause is null ? QmpConnectionPhase.Closed : QmpConnectionPhase.Lost) with { Cause = cause, RetryAfter = _pause });
        var retry = _retries;
        return _pause is { } pause ? () => QmpLog.Reconnecting(_log, cause!, retry, pause)
            : _options.Reconnect.Reconnects ? () => QmpLog.GivenUp(_log, cause) : null;
    }

    private bool MayTryAgain(QmpException? cause) =>
        cause is not null and not QmpConnectException { MayPass: false }
        && !_stopped && _source is { IsRepeatable: true } && !_options.Reconnect.GivesUpAfter(_retries);

    /// <summary>Ends what is under way, or the pause.</summary>
    /// <param name="cause">Why; null: on request.</param>
    private void Finish(QmpException? cause)
    {
        lock (_gate)
        {
            _stopped = true;
        }

        Session.End(cause);

        // Unless that has: between two connections, or while somebody else ends this one.
        JudgeUnlessOver(cause);
        Close();
    }

    private void Close()
    {
        Commands.Close(_cause);
        Events.Complete();
        if (_ready.TrySetException(_cause ?? new QmpDisconnectedException("The connection was closed.")))
        {
            // Looked at, in case nobody waits for it.
            _ = _ready.Task.Exception;
        }
    }

    /// <summary>Makes one connection and sees it to its end, and then the pause.</summary>
    /// <returns>False: there is to be no other.</returns>
    private async Task<bool> ServeOneAsync(ConnectionSource source)
    {
        var session = Session;
        if (await ConnectAsync(session, source).ConfigureAwait(false))
        {
            await BringUpAsync(session).ConfigureAwait(false);
        }

        await session.Finished.ConfigureAwait(false);
        if (Pause is not { } pause)
        {
            return false;
        }

        try
        {
            await SchedulerDelay.WaitAsync(_options.Scheduler, pause, _options.InlineContinuations, _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        lock (_gate)
        {
            _session = _stopped ? _session : new QmpSession(_options, this);
            return !_stopped;
        }
    }

    private TimeSpan? Pause
    {
        get
        {
            lock (_gate)
            {
                return _pause;
            }
        }
    }

    private async Task<bool> ConnectAsync(QmpSession session, ConnectionSource source)
    {
        Tell(session, QmpConnectionPhase.Connecting);
        using var attempt = new ConnectAttempt(_options, _stop.Token);
        try
        {
            var stream = await source.OpenAsync(attempt.Token).ConfigureAwait(false);
            using var late = attempt.Token.UnsafeRegister(
                _ => session.End(attempt.Explain(source.Name, connected: true, session.Greeting)), null);
            await session.StartAsync(stream).ConfigureAwait(false);
            return true;
        }
        catch (Exception fault)
        {
            session.End(attempt.Explain(source.Name, fault));
            return false;
        }
    }

    /// <summary>Lets commands go, the application's look at what it missed first.</summary>
    private async Task BringUpAsync(QmpSession session)
    {
        lock (_gate)
        {
            _connections++;
        }

        if (_resync.IsWanted)
        {
            Tell(session, QmpConnectionPhase.Resyncing);
            session.Open();
            if (await _resync.RunAsync(session).ConfigureAwait(false) is { } failed)
            {
                session.End(failed);
                return;
            }
        }

        Tell(session, QmpConnectionPhase.Ready);
        if (!_resync.IsWanted)
        {
            session.Open();
        }

        Commands.Open(session);
        _ready.TrySetResult();
    }

    /// <summary>Tells a state of a connection, unless its end has been told.</summary>
    private void Tell(QmpSession session, QmpConnectionPhase phase)
    {
        var life = phase == QmpConnectionPhase.Ready ? _options.Scheduler.StartStopwatch() : null;
        lock (_gate)
        {
            // Its end, if it comes, waits for this lock.
            if (session.HasEnded || _over)
            {
                return;
            }

            var greeted = phase is QmpConnectionPhase.Resyncing or QmpConnectionPhase.Ready;
            _life = life;
            _states.Add(State(phase) with { Greeting = greeted ? session.Greeting : null });
        }

        _states.Tell();
    }

    private QmpConnectionState State(QmpConnectionPhase phase) => new(phase, Connection: _connections, Retry: _retries);
}
