using System.Net.Sockets;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using Rx.Qmp.Isolation;
using Rx.Qmp.Wire;
using Serilog;

namespace Rx.Qmp.Session;

/// <summary>
/// One connection from its start to its end: reads, routes, answers. Reading never waits for anything but the socket:
/// commands are answered and events handed over without blocking. Whatever ends the connection, it ends once, with one cause.
/// </summary>
internal sealed partial class QmpSession
{
    /// <summary>How long a stream may take to close: it may be the application's, and disposing a client does not wait for it for ever.</summary>
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(5);

    /// <summary>How long the reader may go on after a write failed: what the server said last is still in the socket then.</summary>
    private static readonly TimeSpan WriteFaultGrace = TimeSpan.FromSeconds(1);

    private const string OutOfBandCapability = "oob";

    private readonly QmpClientOptions _options;
    private readonly ISessionOwner _owner;
    private readonly ILogger _log;
    private readonly CommandWindow _window;
    private readonly CommandPump _pump;
    private readonly DeadlineSweep _deadlines;
    private readonly MessageRouter _router;
    private readonly TaskCompletionSource<QmpGreeting?> _greeted;
    private readonly TaskCompletionSource _finished;
    private readonly TaskCompletionSource _streamClosed;
    private readonly SingleAssignmentDisposable _writeGrace = new();
    private volatile Exception? _writeFault;
    private volatile PendingCommand? _quit;
    private volatile int _readingThread;
    private Stream? _stream;
    private bool _outOfBand;
    private QmpException? _cause;
    private int _ended;

    /// <param name="options">Guarded: with a clock and a logger that can be relied on.</param>
    /// <param name="owner">Whom to tell how it goes.</param>
    public QmpSession(QmpClientOptions options, ISessionOwner owner)
    {
        (_options, _owner) = (options, owner);
        _log = options.Logger!.ForContext<QmpClient>();
        _greeted = new(SchedulerDelay.Options(options.InlineContinuations));
        _finished = new(SchedulerDelay.Options(options.InlineContinuations));
        _streamClosed = new(SchedulerDelay.Options(options.InlineContinuations));
        _window = new CommandWindow(options.MaxWaitingCommands, options.MaxInFlight, options.NewlineAfterCommand);
        _pump = new CommandPump(_window, new DescriptorSender(options), Counters, WriteFailed);
        _deadlines = new DeadlineSweep(options.Scheduler, SweepDeadlines);
        Taps = new ObserverHub<QmpEvent>(replayLast: false, owner.Report);
        _router = new MessageRouter(options, _window, Taps, owner.Events, Greet, Counters, _log);
    }

    /// <summary>How the client behaves.</summary>
    public QmpClientOptions Options => _options;

    public SessionCounters Counters => _owner.Counters;

    private ObserverHub<QmpEvent> Taps { get; }

    /// <summary>The greeting, once it came.</summary>
    public QmpGreeting? Greeting { get; private set; }

    /// <summary>Completes when the connection has ended, whatever the reason.</summary>
    public Task Finished => _finished.Task;

    public bool HasEnded => Volatile.Read(ref _ended) != 0;

    /// <summary>Why it ended; null if on request.</summary>
    public QmpException? Cause => _cause;

    /// <summary>Completes when the stream has been disposed, or was given up on; a session that ends has one answer for all who ask.</summary>
    public Task StreamClosed => _streamClosed.Task;

    /// <summary>Commands in flight.</summary>
    public int InFlight => _window.InFlight;

    /// <summary>Commands that wait for their turn.</summary>
    public int Waiting => _window.Waiting;

    /// <summary>Time on the session's stopwatch.</summary>
    public TimeSpan Now => _deadlines.Now;

    /// <summary>Negotiates over a fresh connection. Capabilities are asked for before the greeting is read, so one round trip
    /// does.</summary>
    /// <exception cref="QmpException">The cause the session ended with.</exception>
    public async Task StartAsync(Stream stream)
    {
        _stream = stream;
        QmpTelemetry.Sessions.Add(this);
        if (HasEnded)
        {
            QmpTelemetry.Sessions.Remove(this);
        }

        _owner.Negotiating();
        var outOfBand = await NegotiateAsync(stream).ConfigureAwait(false);
        var greeting = await _greeted.Task.ConfigureAwait(false) ?? throw Disconnected(null);
        _outOfBand = outOfBand && greeting.Capabilities.Contains(OutOfBandCapability);
        QmpLog.Ready(_log, greeting);
    }

    /// <summary>Lets commands go, once negotiation is over.</summary>
    public void Open()
    {
        foreach (var stuck in _window.Open(_outOfBand))
        {
            stuck.TryFail(NoOutOfBand(stuck.Command));
        }

        _pump.Run();
    }

    /// <summary>Tells a workflow the events of this connection, on the reading thread, so that no buffer can overflow, and completes with it.
    /// The observer must neither block nor run foreign code.</summary>
    public IDisposable Tap(IObserver<QmpEvent> observer) => Taps.Subscribe(observer, DeliveryPolicy<QmpEvent>.Unbounded, null);

    /// <summary>A queue for an observer of a workflow, served as those of the client's streams are.</summary>
    public ObserverQueue<T> Serve<T>(IObserver<T> observer, DeliveryPolicy<T> policy, Action<ObserverQueue<T>> ended)
        where T : class => new(observer, policy, _options.ObserversRunOn, ended, _owner.Report);

    /// <summary>Sends quit and waits until the server hung up.</summary>
    /// <exception cref="QmpTimeoutException">It did not hang up in time.</exception>
    public async Task QuitAsync(QmpCommand quit, CancellationToken cancellationToken)
    {
        if (HasEnded)
        {
            throw Disconnected(quit.Name);
        }

        var limit = _options.TimeoutOf(quit);
        var late = new TaskCompletionSource(SchedulerDelay.Options(_options.InlineContinuations));
        using var timer = _options.Scheduler.Schedule(limit, () => late.TrySetException(new QmpTimeoutException(quit.Name, limit)));
        using var cancel = cancellationToken.UnsafeRegister(_ => late.TrySetCanceled(cancellationToken), null);
        try
        {
            await ExecuteAsync(quit, false, cancellationToken).ConfigureAwait(false);
        }
        catch (QmpDisconnectedException) when (_cause is null)
        {
            // Hanging up without a reply is an answer too.
            return;
        }
        finally
        {
            // Looked at, so that a limit reached together with the command's own does not count as unobserved.
            _ = late.Task.IsFaulted ? late.Task.Exception : null;
        }

        await (await Task.WhenAny(Finished, late.Task).ConfigureAwait(false)).ConfigureAwait(false);
    }

    /// <summary>Ends the connection. The first call decides; every command still waiting fails before this returns.</summary>
    /// <param name="cause">Why; null: on request.</param>
    public void End(QmpException? cause)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return;
        }

        _cause = cause;
        List<PendingCommand> left = [];
        try
        {
            _router.Stop();
            left = _window.Close();
            _deadlines.Dispose();
            _writeGrace.Dispose();
            QmpLog.Ended(_log, cause);
            _owner.Ending(this, cause);
        }
        finally
        {
            // Whatever anybody plugged in does: those who wait are answered, and the session is over.
            _ = CloseAsync();
            foreach (var pending in left)
            {
                pending.TryFail(Disconnected(pending.Command.Name));
            }

            _greeted.TrySetResult(null);
            Taps.Complete();
            QmpTelemetry.Sessions.Remove(this);
            _owner.Ended();
            _finished.TrySetResult();
        }
    }

    private async Task CloseAsync()
    {
        if (_stream is { } stream)
        {
            using var limit = _options.Scheduler.Schedule(CloseLimit, () => _streamClosed.TrySetResult());
            await CloseStreamAsync(stream).ConfigureAwait(false);
        }

        _streamClosed.TrySetResult();
    }

    private async Task CloseStreamAsync(Stream stream)
    {
        try
        {
            // The application's code may block, and whoever ends the session must not wait for it.
            await Foreign.EnterAsync(_options.InlineContinuations).ConfigureAwait(false);
            await stream.DisposeAsync().ConfigureAwait(false);

            // A stream need not own its socket. The connection is ours all the same, and our reader may be waiting on it.
            (stream as NetworkStream)?.Socket.Dispose();
        }
        catch (Exception)
        {
            // It is gone either way, and the cause that matters has been reported.
        }
    }

    private static QmpUnsupportedException NoOutOfBand(QmpCommand command) => new(
        QmpConnectionFeature.OutOfBand, $"{command.Name} was not sent: the server executes nothing out of band.", command.Name);

    private async ValueTask<bool> NegotiateAsync(Stream stream)
    {
        if (!_options.OutOfBand)
        {
            await HandshakeAsync(stream, QmpHandshake.Plain).ConfigureAwait(false);
            return false;
        }

        try
        {
            await HandshakeAsync(stream, QmpHandshake.OutOfBand).ConfigureAwait(false);
            return true;
        }
        catch (QmpCommandException)
        {
            // Asked for before it was known whether it is on offer; it costs one more round trip where it is not.
            await HandshakeAsync(stream, QmpHandshake.Plain).ConfigureAwait(false);
            return false;
        }
    }

    private async ValueTask HandshakeAsync(Stream stream, QmpCommand command)
    {
        var never = new CommandDeadlines(_deadlines.Now, TimeLimit.Never, TimeLimit.Never);
        var pending = new PendingReply(command, never, false, _options.InlineContinuations);
        if (!_window.TrySetHandshake(pending))
        {
            pending.TryFail(Disconnected(command.Name));
            await CloseStreamAsync(stream).ConfigureAwait(false);
        }
        else
        {
            if (_pump.TryAttach(stream))
            {
                StartReading(stream);
            }

            _pump.Run();
        }

        await pending.Task.ConfigureAwait(false);
    }

    private TimeSpan? SweepDeadlines(TimeSpan now)
    {
        List<PendingCommand> due = [];
        while (true)
        {
            due.Clear();
            var next = _window.CollectDue(now, due);
            if (due.Count == 0)
            {
                return next;
            }

            foreach (var pending in due)
            {
                PassDeadline(pending, now);
            }
        }
    }

    private void PassDeadline(PendingCommand pending, TimeSpan now)
    {
        var command = pending.Command.Name;
        var limit = pending.Deadlines.Fail - pending.Deadlines.Start;
        if (now < pending.Deadlines.Fail)
        {
            pending.Warned = true;
            Interlocked.Increment(ref Counters.SlowCommands);
            QmpLog.Slow(_log, command, now - pending.Deadlines.Start);
        }
        else if (pending.TryFail(new QmpTimeoutException(command, limit, pending.Unattributed)))
        {
            QmpLog.TimedOut(_log, command, limit);
        }
    }

    private void Greet(QmpGreeting greeting)
    {
        Greeting = greeting;
        _greeted.TrySetResult(greeting);
    }

    private void WriteFailed(Exception fault)
    {
        _writeFault = fault;
        if (_quit is { } quit && _window.IsInLastBatch(quit))
        {
            // Not all of it went out, so that the server hangs up is not its doing.
            _quit = null;
        }

        _writeGrace.Disposable = _options.Scheduler.Schedule(
            WriteFaultGrace, () => EndByServer(new QmpDisconnectedException("Writing to the server failed.", null, fault)));
    }

    private void EndByServer(QmpException cause) => End(_quit is { IsSent: true } ? null : cause);

    /// <summary>What a command fails with once the session has ended.</summary>
    public QmpDisconnectedException Disconnected(string? command) =>
        new(_cause?.Message ?? "The connection was closed.", command, _cause);
}
