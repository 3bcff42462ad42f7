using System.Reactive.Concurrency;

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
