using System.Reactive.Concurrency;

namespace Rx.Vm.Tests.Campaign;

/// <summary>
/// Virtual time for lives by the million: what is scheduled is kept in a short sorted list and run when the world says so. Work of the same
/// moment runs in the order in which it was scheduled.
/// </summary>
internal sealed class VirtualClock : IScheduler, IStopwatchProvider, IServiceProvider
{
    private readonly List<Work> _work = new(16);

    /// <summary>The time, in ticks.</summary>
    public long Ticks { get; set; }

    /// <inheritdoc/>
    public DateTimeOffset Now => new(Ticks, TimeSpan.Zero);

    /// <summary>When the next work is due, or null.</summary>
    public long? NextDue => _work.Count == 0 ? null : _work[^1].Due;

    /// <summary>Runs the next work.</summary>
    public void RunNext()
    {
        var work = _work[^1];
        _work.RemoveAt(_work.Count - 1);
        work.Run(this);
    }

    /// <summary>Forgets all work and begins anew.</summary>
    public void Reset()
    {
        _work.Clear();
        Ticks = 0;
    }

    /// <inheritdoc/>
    public IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action) =>
        Schedule(state, TimeSpan.Zero, action);

    /// <inheritdoc/>
    public IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action)
    {
        var work = new Work<TState>(this, Ticks + Math.Max(0, dueTime.Ticks), state, action);
        var at = _work.Count;
        while (at > 0 && _work[at - 1].Due <= work.Due)
        {
            at--;
        }

        _work.Insert(at, work);
        return work;
    }

    /// <inheritdoc/>
    public IDisposable Schedule<TState>(TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action) =>
        throw new NotSupportedException("nothing may be due at a time of the wall clock");

    /// <inheritdoc/>
    public IStopwatch StartStopwatch() => new Stopwatch(this, Ticks);

    /// <inheritdoc/>
    public object? GetService(Type serviceType) => serviceType == typeof(IStopwatchProvider) ? this : null;

    private abstract class Work(VirtualClock clock, long due) : IDisposable
    {
        public long Due => due;

        public abstract void Run(IScheduler scheduler);

        public void Dispose() => clock._work.Remove(this);
    }

    private sealed class Work<TState>(VirtualClock clock, long due, TState state, Func<IScheduler, TState, IDisposable> action)
        : Work(clock, due)
    {
        public override void Run(IScheduler scheduler) => action(scheduler, state);
    }

    private sealed class Stopwatch(VirtualClock clock, long start) : IStopwatch
    {
        public TimeSpan Elapsed => new(clock.Ticks - start);
    }
}
