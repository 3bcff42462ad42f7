using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Rx.Qmp.Tests.Isolation;

/// <summary>A scheduler on top of another: a place to misbehave.</summary>
internal class SchedulerUnderTest(IScheduler inner) : IScheduler, IStopwatchProvider, IServiceProvider
{
    public DateTimeOffset Now => inner.Now;

    public virtual IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action) =>
        Schedule(state, TimeSpan.Zero, action);

    public virtual IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action) =>
        inner.Schedule(state, dueTime, action);

    public IDisposable Schedule<TState>(TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action) =>
        Schedule(state, dueTime - Now, action);

    public IStopwatch StartStopwatch() => inner.StartStopwatch();

    object? IServiceProvider.GetService(Type serviceType) => serviceType == typeof(IStopwatchProvider) ? this : null;
}

/// <summary>Refuses everything from the beginning.</summary>
internal sealed class RefusingScheduler(IScheduler inner) : SchedulerUnderTest(inner)
{
    public override IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action) =>
        throw new ObjectDisposedException("the scheduler");
}

/// <summary>Keeps its timers, for a test to have them elapse whenever it likes: also after they were disposed of, as one does that its thread
/// had begun to run.</summary>
internal sealed class TimersKept(IScheduler inner) : SchedulerUnderTest(inner)
{
    public List<Action> Kept { get; } = [];

    public override IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action)
    {
        Kept.Add(() => action(this, state));
        return Disposable.Empty;
    }
}

/// <summary>Its timers elapse before the call that made them returns, as one does whose maker is held up for that long.</summary>
internal sealed class TimersAtOnce(IScheduler inner) : SchedulerUnderTest(inner)
{
    public override IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action) =>
        action(this, state);
}
