using System.Reactive.Concurrency;
using Microsoft.Reactive.Testing;
using Rx.Vm.Testing.Notation;

namespace Rx.Vm.Testing.Running;

/// <summary>
/// The virtual-time scheduler, with its own semantics, that can also be driven one piece of work at a time and counts what it runs. The
/// limits hold and hot sources send however it is driven, by its own Start as well.
/// </summary>
internal sealed class SteppedScheduler(MarbleOptions options, Action beforeWork) : TestScheduler
{
    private int _count;
    private int _depth;

    /// <summary>Whether work is running now.</summary>
    public bool IsWorking => _depth > 0;

    /// <summary>Runs the next piece of work if it is due by a time.</summary>
    /// <returns>False if there is none.</returns>
    public bool Step(long until)
    {
        if (GetNext() is not { } next || next.DueTime > until)
        {
            return false;
        }

        Clock = Math.Max(Clock, next.DueTime);
        next.Invoke();
        return true;
    }

    /// <summary>Sets the clock.</summary>
    public void MoveTo(long ticks) => Clock = ticks;

    /// <inheritdoc/>
    public override IDisposable ScheduleAbsolute<TState>(TState state, long dueTime, Func<IScheduler, TState, IDisposable> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        return base.ScheduleAbsolute(state, dueTime, Run);

        IDisposable Run(IScheduler scheduler, TState passed)
        {
            if (++_count > options.MaxWork)
            {
                throw new MarbleLimitException($"work remains after {options.MaxWork} pieces of it, at {Durations.Words(Clock)}");
            }

            if (Clock > options.MaxTime.Ticks)
            {
                throw new MarbleLimitException($"virtual time passed {Durations.Words(options.MaxTime.Ticks)}");
            }

            _depth++;
            try
            {
                return action(scheduler, passed);
            }
            finally
            {
                _depth--;
            }
        }
    }

    /// <inheritdoc/>
    protected override IScheduledItem<long>? GetNext()
    {
        beforeWork();
        return base.GetNext();
    }
}
