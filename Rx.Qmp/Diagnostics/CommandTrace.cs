using System.Diagnostics;
using System.Reactive.Concurrency;
using Serilog;
using Serilog.Events;

namespace Rx.Qmp;

/// <summary>What one command is traced with: made only while somebody listens, ended by whoever answers the caller.</summary>
internal sealed class CommandTrace
{
    private readonly string _name;
    private readonly IStopwatch _clock;
    private readonly TimeSpan _start;
    private readonly ILogger _log;
    private readonly Activity? _activity;

    private CommandTrace(QmpCommand command, bool outOfBand, IStopwatch clock, ILogger log)
    {
        (_name, _clock, _start, _log) = (command.Name, clock, clock.Elapsed, log);
        _activity = Start(outOfBand);
    }

    /// <summary>The trace of a command that is about to be queued; null while nobody listens.</summary>
    public static CommandTrace? Begin(QmpCommand command, bool outOfBand, IStopwatch clock, ILogger log) =>
        QmpTelemetry.ObservesCommands || log.IsEnabled(LogEventLevel.Debug) ? new(command, outOfBand, clock, log) : null;

    /// <summary>The caller is answered.</summary>
    /// <param name="fault">With what; null: the reply.</param>
    public void End(Exception? fault) => QmpTelemetry.Guarded(() => Tell(fault));

    private static string Outcome(Exception? fault) => fault switch
    {
        null => "ok",
        QmpCommandException => "error",
        QmpTimeoutException => "timeout",
        OperationCanceledException => "cancelled",
        QmpDisconnectedException => "disconnected",
        QmpProtocolException => "malformed",
        _ => "not_sent",
    };

    private Activity? Start(bool outOfBand)
    {
        var caller = Activity.Current;
        Activity? started = null;
        QmpTelemetry.Guarded(() =>
        {
            started = QmpTelemetry.Activities.StartActivity(_name, ActivityKind.Client);
            started?.SetTag("qmp.command", _name).SetTag("qmp.out_of_band", outOfBand);
        });

        // The caller goes on before the command is answered; what it does meanwhile is not part of it.
        QmpTelemetry.Guarded(() => Activity.Current = caller);
        return started;
    }

    private void Tell(Exception? fault)
    {
        var elapsed = _clock.Elapsed - _start;
        var outcome = Outcome(fault);
        QmpLog.Answered(_log, _name, outcome, elapsed);
        QmpTelemetry.Answered(_name, outcome, elapsed);
        if (_activity is null)
        {
            return;
        }

        _activity.SetTag("qmp.outcome", outcome);
        if (fault is not null)
        {
            _activity.SetTag("error.type", (fault as QmpException)?.ErrorClass ?? fault.GetType().Name).SetStatus(ActivityStatusCode.Error);
        }

        // Ending it makes its parent the current one, here on a thread that serves everybody.
        var other = Activity.Current;
        _activity.SetEndTime(_activity.StartTimeUtc + elapsed).Stop();
        Activity.Current = other;
    }
}
