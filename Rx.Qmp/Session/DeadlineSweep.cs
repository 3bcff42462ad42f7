using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Rx.Qmp.Session;

/// <summary>
/// One timer for the deadlines of all commands, always armed for the earliest: a command that is answered in time costs no timer of
/// its own. Due times are kept on a stopwatch of the scheduler and armed relatively, so a step of the wall clock moves nothing.
/// </summary>
/// <param name="scheduler">The clock.</param>
/// <param name="sweep">Handles everything due at the given time and says when to come back; null: nothing is left.</param>
internal sealed class DeadlineSweep(IScheduler scheduler, Func<TimeSpan, TimeSpan?> sweep) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly IStopwatch _stopwatch = scheduler.StartStopwatch();
    private readonly SerialDisposable _timer = new();
    private TimeSpan _armedFor = TimeSpan.MaxValue;

    /// <summary>Time since this was made.</summary>
    public TimeSpan Now => _stopwatch.Elapsed;

    /// <summary>Makes sure that the sweep runs at that time at the latest.</summary>
    public void Ensure(TimeSpan due)
    {
        lock (_gate)
        {
            if (_timer.IsDisposed || _armedFor <= due)
            {
                return;
            }

            _armedFor = due;
        }

        var wait = due - Now;
        var timer = new SingleAssignmentDisposable();
        _timer.Disposable = timer;
        timer.Disposable = scheduler.Schedule(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, () => Elapse(due));
    }

    public void Dispose() => _timer.Dispose();

    private void Elapse(TimeSpan due)
    {
        lock (_gate)
        {
            // A timer replaced by an earlier one may still run; the earlier one does its work.
            if (_timer.IsDisposed || _armedFor != due)
            {
                return;
            }

            _armedFor = TimeSpan.MaxValue;
        }

        if (sweep(Now) is { } next)
        {
            Ensure(next);
        }
    }
}
