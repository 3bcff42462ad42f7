using System.Reactive.Concurrency;

namespace Rx.Vm.Tests.HostilePlugins;

/// <summary>Schedulers that refuse, are disposed of, run inline, or have a clock that fails.</summary>
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

    /// <summary>One that throws at whatever it is asked.</summary>
    public static IScheduler Throwing()
    {
        var scheduler = new Closable();
        scheduler.Dispose();
        return scheduler;
    }

    /// <summary>One whose timers run, and which can't tell the time.</summary>
    public static IScheduler Timeless() => new Closable(clock: static () => throw new NotSupportedException("hostile Now"));

    /// <summary>One whose timers can't be cancelled.</summary>
    public static IScheduler Unstoppable() => new Closable(cancel: static () => throw new NotSupportedException("hostile Dispose"));

    /// <summary>Sound until it is disposed of: then every member throws, while the timers it has run on.</summary>
    public sealed class Closable(Action? clock = null, Action? cancel = null) : IScheduler, IDisposable
    {
        private readonly IScheduler _inner = Rx.Vm.Reactive.VmSchedulers.Real.Time;
        private volatile bool _disposed;

        public DateTimeOffset Now
        {
            get
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                clock?.Invoke();
                return _inner.Now;
            }
        }

        public IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action) =>
            Schedule(state, TimeSpan.Zero, action);

        public IDisposable Schedule<TState>(TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action) =>
            Schedule(state, dueTime - _inner.Now, action);

        public IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var timer = _inner.Schedule(state, dueTime, action);
            return System.Reactive.Disposables.Disposable.Create(() =>
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                cancel?.Invoke();
                timer.Dispose();
            });
        }

        public void Dispose() => _disposed = true;
    }

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
