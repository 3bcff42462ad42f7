using System.Reactive.Concurrency;
using Serilog;
using Serilog.Events;

namespace Rx.Vm.Sources;

/// <summary>
/// A machine's console in the log, at Debug. A guest can write lines faster than any log should grow: after a burst, which a boot's
/// messages fit in, only so many a second are logged, and how many were not is told.
/// </summary>
internal sealed class ConsoleTrace(IScheduler time, ILogger log)
{
    private const double Burst = 1000;
    private const double PerSecond = 20;

    private readonly IStopwatch _clock = time.StartStopwatch();
    private double _left = Burst;
    private TimeSpan _at;
    private long _omitted;

    /// <summary>Logs a line, or counts it. One call at a time.</summary>
    public void Write(string line)
    {
        if (!log.IsEnabled(LogEventLevel.Debug))
        {
            return;
        }

        var now = _clock.Elapsed;
        _left = Math.Min(Burst, _left + (now - _at).TotalSeconds * PerSecond);
        _at = now;
        if (_left < 1)
        {
            _omitted++;
            return;
        }

        _left--;
        if (_omitted > 0)
        {
            log.Debug("console: {Count} lines left out", _omitted);
            _omitted = 0;
        }

        log.Debug("console: {Line}", line);
    }
}
