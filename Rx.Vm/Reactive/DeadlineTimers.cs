using System.Collections.Immutable;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Reactive;

/// <summary>Turns "the deadlines of the current state" into timers.</summary>
internal static class DeadlineTimers
{
    // A timer this late means that the whole process was stopped; what the machine said meanwhile is read first (F27).
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Emits a deadline when its time is over, unless a later set no longer holds it: leaving a state cancels its timers by construction.
    /// </summary>
    /// <remarks>
    /// Operator checklist. Serialization: emissions come from the scheduler and may overlap on a concurrent one; they go into an inbox.
    /// Terminal: completes never by itself, ends with the subscription; passes the source's error on. Disposal: cancels every timer.
    /// Errors: none of its own. Back-pressure: at most one emission a deadline. Scheduler: due times are relative, on
    /// <paramref name="scheduler"/>. Temperature: cold; one set of timers a subscription. Races: a timer that fires while its deadline is
    /// being removed may still emit; ids make that harmless.
    /// </remarks>
    public static IObservable<Deadline> Elapsed(this IObservable<ImmutableArray<Deadline>> sets, IScheduler scheduler) =>
        Observable.Create<Deadline>(observer =>
        {
            var timers = new Timers(observer, scheduler);
            return StableCompositeDisposable.Create(sets.Subscribe(timers.Set, observer.OnError), timers);
        });

    private sealed class Timers(IObserver<Deadline> observer, IScheduler scheduler) : IDisposable
    {
        private readonly Lock _gate = new();
        private readonly IStopwatch _clock = scheduler.StartStopwatch();
        private readonly Dictionary<long, IDisposable> _running = [];
        private bool _disposed;

        public void Set(ImmutableArray<Deadline> wanted)
        {
            lock (_gate)
            {
                if (_disposed)
                {
                    return;
                }

                foreach (var id in _running.Keys.Where(id => !wanted.Any(d => d.Id == id)).ToArray())
                {
                    _running.Remove(id, out var timer);
                    timer!.Dispose();
                }

                foreach (var deadline in wanted)
                {
                    if (!_running.ContainsKey(deadline.Id))
                    {
                        _running[deadline.Id] = Start(deadline, deadline.After);
                    }
                }
            }
        }

        public void Dispose()
        {
            lock (_gate)
            {
                _disposed = true;
                foreach (var timer in _running.Values)
                {
                    timer.Dispose();
                }

                _running.Clear();
            }
        }

        private IDisposable Start(Deadline deadline, TimeSpan after)
        {
            var due = _clock.Elapsed + after;
            return scheduler.Schedule((this, deadline, due), after, static (_, timer) =>
            {
                timer.Item1.Fire(timer.deadline, timer.due);
                return Disposable.Empty;
            });
        }

        private void Fire(Deadline deadline, TimeSpan due)
        {
            lock (_gate)
            {
                if (!_running.ContainsKey(deadline.Id))
                {
                    return;
                }

                if (_clock.Elapsed - due > Stall)
                {
                    _running[deadline.Id] = Start(deadline, Grace);
                    return;
                }
            }

            observer.OnNext(deadline);
        }
    }
}
