using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Rx.Qmp.Session;

/// <summary>
/// One timer for the deadlines of all commands, armed for the earliest: a command that is answered in time costs no timer of its own.
/// Due times are kept on a stopwatch of the scheduler and armed relatively, so a step of the wall clock moves nothing.
/// </summary>
/// <param name="scheduler">The clock.</param>
/// <param name="sweep">Handles everything due at the given time and says when to come back; null: nothing is left.</param>
internal sealed class DeadlineSweep(IScheduler scheduler, Func<TimeSpan, TimeSpan?> sweep) : IDisposable
{
    /// <summary>A timer later than this was held up with everything else, the reader included.</summary>
    private static readonly TimeSpan HeldUp = TimeSpan.FromSeconds(1);

    /// <summary>Time the reader gets to catch up before deadlines are judged.</summary>
    private static readonly TimeSpan CatchUp = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly IStopwatch _stopwatch = scheduler.StartStopwatch();
    private readonly CompositeDisposable _timers = [];
    private long _armedFor = long.MaxValue;
    private bool _caughtUp;

    /// <summary>What it measures with.</summary>
    public IStopwatch Stopwatch => _stopwatch;

    /// <summary>Time since this was made.</summary>
    public TimeSpan Now => _stopwatch.Elapsed;

    /// <summary>Makes sure that the sweep runs at that time at the latest.</summary>
    public void Ensure(TimeSpan due)
    {
        // Without the lock for the usual case. A timer that elapses right now disarms itself before it looks for what is due, and so
        // sees whatever was put there before this call.
        if (Volatile.Read(ref _armedFor) <= due.Ticks)
        {
            return;
        }

        lock (_gate)
        {
            if (_armedFor <= due.Ticks)
            {
                return;
            }

            Volatile.Write(ref _armedFor, due.Ticks);
        }

        // A timer for a later time, if there is one, stays: when it elapses it finds that it is not the armed one.
        var wait = due - Now;
        var timer = new SingleAssignmentDisposable();
        _timers.Add(timer);
        timer.Disposable = scheduler.Schedule(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, () => Elapse(due, timer));
    }

    public void Dispose() => _timers.Dispose();

    private void Elapse(TimeSpan due, IDisposable timer)
    {
        _timers.Remove(timer);
        lock (_gate)
        {
            if (_armedFor != due.Ticks || _timers.IsDisposed)
            {
                return;
            }

            Volatile.Write(ref _armedFor, long.MaxValue);
        }

        var now = Now;
        _caughtUp = now - due > HeldUp && !_caughtUp;
        var next = _caughtUp ? now + CatchUp : sweep(now);
        if (next is { } again)
        {
            Ensure(again);
        }
    }
}
