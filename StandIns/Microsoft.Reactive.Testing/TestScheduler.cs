using System.Reactive;
using System.Reactive.Concurrency;

namespace Microsoft.Reactive.Testing;

/// <summary>
/// A scheduler whose clock is a tick counter that starts at 0 and moves only when told to. One unit is one tick (100 ns);
/// <see cref="VirtualTimeSchedulerBase{TAbsolute, TRelative}.Now"/> is that many ticks after the beginning of year 1, UTC.
/// Work due at the same tick runs in the order in which it was scheduled. Not thread-safe.
/// </summary>
/// <remarks>
/// Differs from the original on purpose in one point: if scheduled work throws, the scheduler also stops, so that after the exception
/// <see cref="VirtualTimeSchedulerBase{TAbsolute, TRelative}.IsEnabled"/> is false and a further Start or AdvanceTo goes on with the rest.
/// </remarks>
public class TestScheduler : VirtualTimeScheduler<long, long>
{
    /// <summary>Schedules work at an absolute time. A time at or before the clock becomes the next tick.</summary>
    /// <param name="state">Passed to the action.</param>
    /// <param name="dueTime">Virtual time in ticks.</param>
    /// <param name="action">The work.</param>
    /// <returns>Cancels the work.</returns>
    public override IDisposable ScheduleAbsolute<TState>(TState state, long dueTime, Func<IScheduler, TState, IDisposable> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        return base.ScheduleAbsolute(state, Math.Max(dueTime, Clock + 1), Run);

        IDisposable Run(IScheduler scheduler, TState passed)
        {
            try
            {
                return action(scheduler, passed);
            }
            catch
            {
                // The base class would stay enabled, and an enabled scheduler ignores Start.
                Stop();
                throw;
            }
        }
    }

    /// <summary>A source that plays its messages to each subscriber, relative to the subscription. No grammar is enforced.</summary>
    /// <param name="messages">The script; relative time 0 arrives one tick after the subscription.</param>
    public ITestableObservable<T> CreateColdObservable<T>(params Recorded<Notification<T>>[] messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return new ColdObservable<T>(this, messages);
    }

    /// <summary>An observer that records what it gets with this scheduler's clock.</summary>
    public ITestableObserver<T> CreateObserver<T>() => new TestObserver<T>(this);

    /// <inheritdoc />
    protected override long Add(long absolute, long relative) => absolute + relative;

    /// <inheritdoc />
    protected override DateTimeOffset ToDateTimeOffset(long absolute) => new(absolute, TimeSpan.Zero);

    /// <inheritdoc />
    protected override long ToRelative(TimeSpan timeSpan) => timeSpan.Ticks;
}
