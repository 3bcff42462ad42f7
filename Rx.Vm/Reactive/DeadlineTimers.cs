using System.Collections.Immutable;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using Rx.Qmp.Isolation;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Reactive;

/// <summary>Turns "the deadlines of the current state" into timers.</summary>
internal static class DeadlineTimers
{
    // A timer this late means that the whole process was stopped, or has no threads left; what the machine said meanwhile is read first.
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
    /// being removed may still emit; ids make that harmless. Lateness: a deadline that is very late is put off by one short grace, once;
    /// after that it is believed however late it is, or a process that is always late would have no deadlines at all.
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
        private readonly Dictionary<long, Running> _running = [];
        private bool _disposed;

        public void Set(ImmutableArray<Deadline> wanted)
        {
            List<Running> begun = [];
            List<Running> left = [];
            lock (_gate)
            {
                if (_disposed)
                {
                    return;
                }

                foreach (var id in _running.Keys.Where(id => !wanted.Any(d => d.Id == id)).ToArray())
                {
                    _running.Remove(id, out var timer);
                    left.Add(timer!);
                }

                foreach (var deadline in wanted)
                {
                    if (!_running.ContainsKey(deadline.Id))
                    {
                        _running[deadline.Id] = new Running(deadline);
                        begun.Add(_running[deadline.Id]);
                    }
                }
            }

            // Without the lock: whose scheduler it is, is not known here.
            left.ForEach(static timer => timer.Timer.Dispose());
            begun.ForEach(timer => Start(timer, timer.Deadline.After));
        }

        public void Dispose()
        {
            Running[] left;
            lock (_gate)
            {
                _disposed = true;
                left = [.. _running.Values];
                _running.Clear();
            }

            Array.ForEach(left, static timer => timer.Timer.Dispose());
        }

        private void Start(Running timer, TimeSpan after)
        {
            var due = _clock.Elapsed.Plus(after);
            timer.Timer.Disposable = scheduler.Schedule((Timers: this, timer, due), after, static (_, call) =>
            {
                call.Timers.Fire(call.timer, call.due);
                return Disposable.Empty;
            });
        }

        private void Fire(Running timer, TimeSpan due)
        {
            bool late;
            lock (_gate)
            {
                if (!_running.ContainsKey(timer.Deadline.Id))
                {
                    return;
                }

                late = !timer.HadGrace && _clock.Elapsed - due > Stall;
                timer.HadGrace |= late;
            }

            if (late)
            {
                Start(timer, Grace);
                return;
            }

            observer.OnNext(timer.Deadline);
        }

        private sealed class Running(Deadline deadline)
        {
            public Deadline Deadline { get; } = deadline;

            public MultipleAssignmentDisposable Timer { get; } = new();

            public bool HadGrace { get; set; }
        }
    }
}
