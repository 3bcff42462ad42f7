using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using Rx.Qmp.Isolation;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Operations;

/// <summary>The handler of deadlines: an operation that waits, and ends with the event that its time is over.</summary>
/// <remarks>
/// Whether a machine is stuck or only has a busy host is told by its process: on a host that is busy with other things, one that gets little
/// of a processor uses what it gets; one that is stuck uses nothing. So a limit that a machine at work may extend notes, when it begins, what
/// the process has used, and says at its end whether that has grown.
/// </remarks>
/// <param name="scheduler">Where time comes from; due times are relative.</param>
/// <param name="processorTime">What the machine's process has used of processors; null when it can't be told.</param>
internal sealed class DeadlineTimers(IScheduler scheduler, Func<TimeSpan?> processorTime)
{
    // A timer this late means that the whole process was stopped, or has no threads left; what the machine said meanwhile is read first.
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    // Of one processor. A guest that is stuck uses next to nothing, one of a hundred that fight over two processors a fiftieth. What the
    // emulator's own start takes passes for work once.
    private const double AtWork = 0.01;

    private readonly IScheduler _scheduler = scheduler;
    private readonly IStopwatch _clock = scheduler.StartStopwatch();

    /// <summary>Waits for <paramref name="deadline"/> once subscribed to; one subscription. Emits one event, unless disposed of before.</summary>
    /// <remarks>
    /// A deadline that is very late is put off by one short grace, once; after that it is believed however late it is, or a process that is
    /// always late would have no deadlines at all.
    /// </remarks>
    public IObservable<VmEvent> Wait(Deadline deadline) => new Waiting(this, deadline);

    // A machine is a plug-in: one that can't tell was not at work.
    private TimeSpan? Used()
    {
        try
        {
            return processorTime();
        }
        catch (Exception)
        {
            return null;
        }
    }

    private sealed class Waiting(DeadlineTimers timers, Deadline deadline) : IObservable<VmEvent>, IDisposable
    {
        private readonly MultipleAssignmentDisposable _timer = new();
        private IObserver<VmEvent>? _observer;
        private TimeSpan _begun;
        private TimeSpan _due;
        private bool _hadGrace;

        public IDisposable Subscribe(IObserver<VmEvent> observer)
        {
            _observer = observer;
            if (deadline.MayExtend)
            {
                _begun = timers.Used() ?? TimeSpan.Zero;
            }

            Start(deadline.After);
            return this;
        }

        public void Dispose() => _timer.Dispose();

        private void Start(TimeSpan after)
        {
            _due = timers._clock.Elapsed.Plus(after);
            _timer.Disposable = timers._scheduler.Schedule(this, after, static (_, waiting) =>
            {
                waiting.Fire();
                return Disposable.Empty;
            });
        }

        private void Fire()
        {
            if (_timer.IsDisposed)
            {
                return;
            }

            if (!_hadGrace && timers._clock.Elapsed - _due > Stall)
            {
                _hadGrace = true;
                Start(Grace);
                return;
            }

            _observer!.OnNext(VmEvent.Elapsed(deadline, WasAtWork()));
            _observer.OnCompleted();
        }

        private bool WasAtWork() => deadline.MayExtend && timers.Used() is { } used && used - _begun >= AtWork * deadline.After;
    }
}
