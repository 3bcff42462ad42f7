using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Rx.Qmp.Isolation;

/// <summary>
/// A user's scheduler as a clock that can be relied on. A wait of any length is legal: an infinite one never ends, and a long one is made
/// of slices that every timer can count. A scheduler that throws at anything it is asked (one that was disposed, for one), or blocks its
/// caller instead of waiting, is given up for good: whatever it still holds, and whatever comes later, waits on the timers of the platform
/// instead and is measured by its clock, so that no deadline is lost with it. Nothing here throws what the scheduler throws.
/// </summary>
/// <remarks>
/// What is scheduled here must not throw. It runs where the scheduler runs it; never inside the call that scheduled it, unless it is due at
/// once and the scheduler does so. Wrapped once, at the edge of the library.
/// </remarks>
internal sealed class SafeScheduler : IScheduler, IStopwatchProvider, IServiceProvider
{
    /// <summary>No wait given to a timer is longer: those of the platform end at 49 days.</summary>
    public static readonly TimeSpan Slice = TimeSpan.FromDays(1);

#pragma warning disable RS0030 // The one place where time comes from elsewhere than the scheduler given: when that one is no use.
    private static readonly IScheduler Platform = DefaultScheduler.Instance;
#pragma warning restore RS0030

    private const string ClockFailed = "its clock failed";

    private readonly Lock _gate = new();
    private readonly IScheduler _inner;
    private readonly Action<string, Exception?> _report;
    private readonly HashSet<Wait> _waits = [];
    private volatile bool _isBroken;

    private SafeScheduler(IScheduler inner, Action<string, Exception?> report)
    {
        (_inner, _report) = (inner, report);
        if (inner is ImmediateScheduler or CurrentThreadScheduler)
        {
            Break($"{inner.GetType().Name} waits by blocking its caller", null);
        }
    }

    /// <inheritdoc/>
    public DateTimeOffset Now => _isBroken ? Platform.Now : Ask(static inner => inner.Now, static () => Platform.Now);

    /// <summary>A scheduler to rely on.</summary>
    /// <param name="scheduler">The user's.</param>
    /// <param name="report">Hears once, in words and with an exception if there was one, that it is no use.</param>
    public static SafeScheduler Wrap(IScheduler scheduler, Action<string, Exception?> report) =>
        scheduler as SafeScheduler ?? new SafeScheduler(scheduler, report);

    /// <inheritdoc/>
    public IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action) =>
        Schedule(state, TimeSpan.Zero, action);

    /// <inheritdoc/>
    public IDisposable Schedule<TState>(TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action)
    {
        // A moment that is just over must not look like the wait that never ends, which is a negative one.
        var left = dueTime - Now;
        return Schedule(state, left > TimeSpan.Zero ? left : TimeSpan.Zero, action);
    }

    /// <inheritdoc/>
    public IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action)
    {
        if (dueTime.IsNever())
        {
            return Disposable.Empty;
        }

        var wait = new Wait(this, dueTime, () => action(this, state));
        wait.Arm();
        return wait;
    }

    /// <summary>Asks the scheduler whether it still takes work. One that was disposed has dropped, without a word, what it held; call this
    /// before waiting for any of that.</summary>
    public void Probe()
    {
        if (!_isBroken)
        {
            TrySchedule(TimeSpan.Zero, static () => { }, new SingleAssignmentDisposable());
        }
    }

    /// <inheritdoc/>
    public IStopwatch StartStopwatch() => new Watch(this);

    /// <summary>No optimisations of operators: they would go past this.</summary>
    object? IServiceProvider.GetService(Type serviceType) => serviceType == typeof(IStopwatchProvider) ? this : null;

    // No question to it may throw.
    private T Ask<T>(Func<IScheduler, T> question, Func<T> otherwise)
    {
        try
        {
            return question(_inner);
        }
        catch (Exception fault)
        {
            Break(ClockFailed, fault);
            return otherwise();
        }
    }

    private bool TrySchedule(TimeSpan after, Action elapse, SingleAssignmentDisposable timer)
    {
        try
        {
            var taken = InlineCall.Make(
                (_inner, after, elapse),
                static call => call._inner.Schedule(call.elapse, call.after, static (_, elapse) =>
                {
                    elapse();
                    return Disposable.Empty;
                }));
            timer.Disposable = Disposable.Create((Owner: this, taken), static timer => timer.Owner.Cancel(timer.taken));
            return true;
        }
        catch (Exception refusal)
        {
            Break("it refused work", refusal);
            return false;
        }
    }

    // A timer that can't be cancelled runs for nothing: its wait is over.
    private void Cancel(IDisposable? timer)
    {
        try
        {
            timer?.Dispose();
        }
        catch (Exception fault)
        {
            Break("it could not cancel", fault);
        }
    }

    private void Break(string why, Exception? refusal)
    {
        Wait[] stranded;
        lock (_gate)
        {
            if (_isBroken)
            {
                return;
            }

            _isBroken = true;
            stranded = [.. _waits];
        }

        foreach (var wait in stranded)
        {
            wait.MoveToPlatform();
        }

        _report(why, refusal);
    }

    /// <summary>One wait, slice by slice. Each slice ends once, whichever timer is first.</summary>
    private sealed class Wait(SafeScheduler owner, TimeSpan left, Func<IDisposable> run) : IDisposable
    {
        private readonly SerialDisposable _timer = new();
        private readonly SingleAssignmentDisposable _result = new();
        private readonly IStopwatch? _clock = left > TimeSpan.Zero ? owner.StartStopwatch() : null;
        private TimeSpan _left = left;
        private TimeSpan _sliceEnd;
        private int _slice;

        public void Arm()
        {
            var slice = _left < Slice ? _left : Slice;
            _left -= slice;
            _sliceEnd = (_clock?.Elapsed ?? TimeSpan.Zero).Plus(slice > TimeSpan.Zero ? slice : TimeSpan.Zero);
            var number = Volatile.Read(ref _slice);
            var timer = new SingleAssignmentDisposable();
            _timer.Disposable = timer;

            // From here on whoever gives the scheduler up moves this wait too.
            lock (owner._gate)
            {
                owner._waits.Add(this);
            }

            if (!owner._isBroken)
            {
                owner.TrySchedule(slice, () => Elapse(number, slice > TimeSpan.Zero), timer);
            }
            else
            {
                MoveToPlatform();
            }
        }

        public void MoveToPlatform()
        {
            var number = Volatile.Read(ref _slice);
            var rest = _sliceEnd - (_clock?.Elapsed ?? _sliceEnd);
            _timer.Disposable = Platform.Schedule(
                (Wait: this, number), rest > TimeSpan.Zero ? rest : TimeSpan.Zero, static (_, call) =>
                {
                    call.Wait.Elapse(call.number, isLater: false);
                    return Disposable.Empty;
                });
        }

        public void Dispose()
        {
            Volatile.Write(ref _slice, -1);
            Forget();
            _timer.Dispose();
            _result.Dispose();
        }

        private void Elapse(int number, bool isLater)
        {
            if (isLater && InlineCall.IsUnderWay)
            {
                owner.Break("it runs at once what is due later", null);
                return;
            }

            if (number < 0 || Interlocked.CompareExchange(ref _slice, number + 1, number) != number)
            {
                return;
            }

            if (_left > TimeSpan.Zero)
            {
                Arm();
                return;
            }

            Forget();
            _result.Disposable = run();
        }

        private void Forget()
        {
            lock (owner._gate)
            {
                owner._waits.Remove(this);
            }
        }
    }

    /// <summary>Goes on, on the platform's time, where the user's stopped to count. Both run from the start, so that none is missing where
    /// the user's can't be read any more.</summary>
    private sealed class Watch(SafeScheduler owner) : IStopwatch
    {
        private readonly IStopwatch _platform = Platform.StartStopwatch();
        private readonly IStopwatch? _inner = owner._isBroken ? null : owner.Ask<IStopwatch?>(static inner => inner.StartStopwatch(), static () => null);
        private long _ahead;
        private int _isSettled;

        public TimeSpan Elapsed
        {
            get
            {
                // Once more after it was given up: how far it got.
                if (_inner is not null && (!owner._isBroken || Interlocked.Exchange(ref _isSettled, 1) == 0))
                {
                    try
                    {
                        var elapsed = _inner.Elapsed;
                        Volatile.Write(ref _ahead, (elapsed - _platform.Elapsed).Ticks);
                        return elapsed;
                    }
                    catch (Exception fault)
                    {
                        owner.Break(ClockFailed, fault);
                    }
                }

                return _platform.Elapsed + TimeSpan.FromTicks(Volatile.Read(ref _ahead));
            }
        }
    }
}
