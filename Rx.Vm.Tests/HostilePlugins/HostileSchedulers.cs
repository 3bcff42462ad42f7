using System.Reactive.Concurrency;

namespace Rx.Vm.Tests.HostilePlugins;

/// <summary>Schedulers that refuse, are disposed of, or run inline.</summary>
internal static class HostileSchedulers
{
    /// <summary>One that refuses from the beginning.</summary>
    public static IScheduler Refusing() => new Broken(static () => throw new NotSupportedException("hostile Schedule"));

    /// <summary>One that was disposed of.</summary>
    public static IScheduler Disposed()
    {
        var loop = new EventLoopScheduler();
        loop.Dispose();
        return loop;
    }

    /// <summary>One that runs at once, inline, whatever is due later.</summary>
    public static IScheduler Hasty() => new Broken(static () => { });

    private sealed class Broken(Action before) : IScheduler
    {
        public DateTimeOffset Now => Rx.Vm.Reactive.VmSchedulers.Real.Time.Now;

        public IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action)
        {
            before();
            return action(this, state);
        }

        public IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action) =>
            Schedule(state, action);

        public IDisposable Schedule<TState>(TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action) =>
            Schedule(state, action);
    }
}
