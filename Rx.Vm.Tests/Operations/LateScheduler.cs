using System.Reactive.Concurrency;

namespace Rx.Vm.Tests.Operations;

/// <summary>Runs everything that is due later too late, by the same time: a process that is short of threads.</summary>
internal sealed class LateScheduler(IScheduler inner, TimeSpan lateness) : IScheduler, IStopwatchProvider, IServiceProvider
{
    public DateTimeOffset Now => inner.Now;

    public IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action) => inner.Schedule(state, action);

    public IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action) =>
        inner.Schedule(state, dueTime > TimeSpan.Zero ? dueTime + lateness : dueTime, action);

    public IDisposable Schedule<TState>(TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action) =>
        inner.Schedule(state, dueTime + lateness, action);

    public IStopwatch StartStopwatch() => inner.StartStopwatch();

    object? IServiceProvider.GetService(Type serviceType) => serviceType == typeof(IStopwatchProvider) ? this : null;
}
