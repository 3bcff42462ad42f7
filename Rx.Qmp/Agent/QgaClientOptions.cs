using System.Reactive.Concurrency;
using Microsoft.Extensions.Logging;
using Rx.Qmp.Isolation;

namespace Rx.Qmp.Agent;

/// <summary>How a guest agent's client behaves. Immutable; one instance may serve many clients.</summary>
public sealed record QgaClientOptions
{
    /// <summary>The clock of every deadline, retry and wait. By default real time, on the platform's timers; a test gives a virtual one. Where
    /// it refuses work, or blocks its caller instead of waiting, the timers of the platform take its place.</summary>
    public IScheduler Scheduler { get; init; } = RealTime.Scheduler;

    /// <summary>True: awaiting callers continue on the thread that delivered the bytes, for virtual time. False (default): on the thread
    /// pool.</summary>
    public bool InlineContinuations { get; init; }

    /// <summary>Time for connecting and for the agent's first sign of life together. A guest that is still booting has no agent yet, so
    /// give it as long as it may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>When an endpoint that cannot be connected to yet is tried again.</summary>
    public QmpConnectRetry ConnectRetry { get; init; } = QmpConnectRetry.Default;

    /// <summary>How replies are told from what the agent said to others.</summary>
    public QgaSync Sync { get; init; }

    /// <summary>How long the agent may take to come into step, which it has to before the first command and after each one that was given
    /// up.</summary>
    public TimeSpan SyncTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>When a command not answered yet fails, counted from the call; a command may carry its own limit.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a command that answers only with errors (<see cref="QgaCommands.AnswersErrorsOnly"/>) has to stay without one,
    /// counted from its sending, to count as done.</summary>
    public TimeSpan SilenceIsSuccess { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Commands that may wait while one is under way; more are refused.</summary>
    public int MaxWaitingCommands { get; init; } = 256;

    /// <summary>Longest reply accepted, in bytes; a longer one is passed over, and its command fails.</summary>
    public int MaxFrameBytes { get; init; } = 96 * 1024 * 1024;

    /// <summary>Deepest nesting accepted.</summary>
    public int MaxDepth { get; init; } = 1024;

    /// <summary>Most bytes passed over in a row in search of a reply; more end the connection.</summary>
    public long MaxDiscardedBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>Where the client logs; null: nowhere. Arguments and replies are never logged.</summary>
    public Serilog.ILogger? Logger { get; init; }

    /// <summary>The same for applications that log through Microsoft.Extensions.Logging; looked at where <see cref="Logger"/> is null.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    internal QmpClientOptions Transport => new()
    {
        Scheduler = Scheduler,
        InlineContinuations = InlineContinuations,
        ConnectTimeout = ConnectTimeout,
        ConnectRetry = ConnectRetry,
        MaxFrameBytes = MaxFrameBytes,
        MaxDepth = MaxDepth,
        CommandTimeout = CommandTimeout,
        MaxWaitingCommands = MaxWaitingCommands,
    };

    /// <summary>These options with a clock and a logger that can be relied on, whatever the application's do.</summary>
    internal QgaClientOptions Guarded()
    {
        var log = ExtensionsLogger.Choose(Logger, LoggerFactory);
        return this with
        {
            Logger = log,
            Scheduler = SafeScheduler.Wrap(Scheduler, (why, fault) => QmpLog.ClockBroken(log, why, fault)),
        };
    }

    internal void Validate()
    {
        Transport.Validate();
        TimeLimit.Check(SyncTimeout);
        TimeLimit.Check(SilenceIsSuccess);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxDiscardedBytes, 1);
    }
}
