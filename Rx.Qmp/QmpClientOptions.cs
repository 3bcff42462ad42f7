using System.Reactive.Concurrency;
using Microsoft.Extensions.Logging;
using Rx.Qmp.Isolation;
using Rx.Qmp.Session;
using Rx.Values;

namespace Rx.Qmp;

/// <summary>How a client behaves. Immutable; one instance may serve many clients.</summary>
public sealed record QmpClientOptions
{
    private readonly MapField<IReadOnlyDictionary<string, TimeSpan>, string, TimeSpan> _commandTimeouts;

    /// <summary>The clock of every deadline, retry and wait, and the default for <see cref="ObserverScheduler"/>. By default real time, on the
    /// platform's timers and the thread pool; a test gives a virtual one. Where it refuses work, or blocks its caller instead of waiting, the
    /// timers of the platform take its place: no deadline is lost with it.</summary>
    public IScheduler Scheduler { get; init; } = RealTime.Scheduler;

    /// <summary>Where observers run unless <see cref="InlineContinuations"/> is set; null: <see cref="Scheduler"/>. Each
    /// subscriber gets its items in order, and a slow one holds up nobody else. A subscriber whose scheduler refuses work loses its
    /// subscription, as one that throws does; a scheduler that runs work inline is kept off the reading thread.</summary>
    public IScheduler? ObserverScheduler { get; init; }

    /// <summary>True: awaiting callers continue, and observers run, on the thread that delivered the bytes, inside the read. For
    /// virtual time
    /// and for callers who never block. Over a stream whose reads complete inline the whole client is then synchronous; a socket
    /// without TLS is read by a thread of its own. False (default): callers continue on the thread pool, observers on
    /// <see cref="ObserverScheduler"/>, and an idle connection costs no thread.</summary>
    public bool InlineContinuations { get; init; }

    /// <summary>Time for connecting, greeting and negotiation together. Like every limit here it is positive, or
    /// <see cref="Timeout.InfiniteTimeSpan"/> for none.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>When an endpoint that cannot be connected to yet is tried again, within <see cref="ConnectTimeout"/>.</summary>
    public QmpConnectRetry ConnectRetry { get; init; } = QmpConnectRetry.Default;

    /// <summary>When a command not answered yet is reported to the log, counted from the call. Commands that fail sooner are not
    /// reported.</summary>
    public TimeSpan CommandWarning { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>When a command not answered yet fails, counted from the call; a command may carry its own limit.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time limits by command name, before <see cref="CommandTimeout"/>; a command may still carry its own. Null: none.</summary>
    public IReadOnlyDictionary<string, TimeSpan>? CommandTimeouts { get => _commandTimeouts.Map; init => _commandTimeouts = new(value); }

    /// <summary>Whether to connect again after a loss, or when no connection came about; by default not. See
    /// <see cref="QmpClient"/> for what it means for commands and streams.</summary>
    public QmpReconnectPolicy Reconnect { get; init; } = QmpReconnectPolicy.Never;

    /// <summary>
    /// Called with each new connection before anyone else's commands run on it, the first included: the place to ask for the state that
    /// may have changed in the gap (events are not replayed), and to hand over file descriptors again (they went with the connection
    /// before). Its commands go to the client it is given, which stands for this one connection. If it throws, that connection is dropped
    /// and counts as a failed attempt. The token is cancelled when the connection is lost, the time is up or the client is disposed of.
    /// </summary>
    public Func<QmpClient, CancellationToken, Task>? Resync { get; init; }

    /// <summary>How long <see cref="Resync"/> may take.</summary>
    public TimeSpan ResyncTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>True: a newline follows each command, for mocks and proxies that read lines. False (default): QEMU needs none, and reads it
    /// like every byte in a turn of its main loop of its own, which takes it some ten microseconds.</summary>
    public bool NewlineAfterCommand { get; init; }

    /// <summary>True (default): commands can be executed out of band where the server offers it. It is asked for before the greeting has
    /// come; a server that does not offer it costs one more round trip.</summary>
    public bool OutOfBand { get; init; } = true;

    /// <summary>Commands in flight at most, 1 to 64; more wait. With <see cref="OutOfBand"/> in effect never more than eight, since QEMU stops
    /// reading behind them, and an out-of-band command would be stuck. Beyond ten, ids have two digits.</summary>
    public int MaxInFlight { get; init; } = CommandWindow.QemuQueue;

    /// <summary>Commands that may wait for a place in flight; more are refused.</summary>
    public int MaxWaitingCommands { get; init; } = 1024;

    /// <summary>Longest message accepted, in bytes; a longer one ends the connection before it is buffered.</summary>
    public int MaxFrameBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Deepest nesting accepted; a deeper message ends the connection.</summary>
    public int MaxDepth { get; init; } = 1024;

    /// <summary>Messages that are not valid JSON, or contradict themselves, before the connection ends: each costs far more time than a
    /// sound one, so a server must not be able to send them for ever. Zero: the first ends it.</summary>
    public int MaxMalformedMessages { get; init; } = 1000;

    /// <summary>How far a subscriber of <see cref="QmpClient.Events"/> may fall behind.</summary>
    public QmpEventBuffer EventBuffer { get; init; } = new(4096, QmpEventOverflow.DropOldest);

    /// <summary>Where the client logs; null: nowhere. Arguments, data and replies are never logged.</summary>
    public Serilog.ILogger? Logger { get; init; }

    /// <summary>The same for applications that log through Microsoft.Extensions.Logging; looked at where <see cref="Logger"/> is null.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>Where observers run; null: on the reading thread.</summary>
    internal IScheduler? ObserversRunOn => InlineContinuations ? null : ObserverScheduler ?? Scheduler;

    internal TimeSpan TimeoutOf(QmpCommand command) => command.Timeout ?? TimeoutOf(command.Name);

    internal TimeSpan TimeoutOf(string command) =>
        CommandTimeouts is not null && CommandTimeouts.TryGetValue(command, out var limit) ? limit : CommandTimeout;

    /// <summary>These options with a clock and a logger that can be relied on, whatever the application's do. Observers keep the scheduler
    /// they were promised.</summary>
    internal QmpClientOptions Guarded()
    {
        var log = ExtensionsLogger.Choose(Logger, LoggerFactory);
        return this with
        {
            Logger = log,
            Scheduler = SafeScheduler.Wrap(Scheduler, (why, fault) => QmpLog.ClockBroken(log, why, fault)),
            ObserverScheduler = ObserverScheduler ?? Scheduler,
        };
    }

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Scheduler);
        ArgumentNullException.ThrowIfNull(EventBuffer);
        ArgumentNullException.ThrowIfNull(ConnectRetry);
        TimeLimit.Check(ConnectTimeout);
        TimeLimit.Check(CommandWarning);
        TimeLimit.Check(CommandTimeout);
        ArgumentNullException.ThrowIfNull(Reconnect);
        Reconnect.Validate();
        TimeLimit.Check(ResyncTimeout);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxWaitingCommands);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxInFlight, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxInFlight, CommandWindow.MaxSlots);
        foreach (var limit in CommandTimeouts?.Values ?? [])
        {
            TimeLimit.Check(limit, nameof(CommandTimeouts));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(MaxFrameBytes, 1024);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxFrameBytes, 1024 * 1024 * 1024);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxDepth, 8);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxDepth, 4096);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxMalformedMessages);
        EventBuffer.Validate(nameof(EventBuffer));
    }
}
