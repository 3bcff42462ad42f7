using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using Rx.Qmp.Isolation;
using Rx.Vm.Fold;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Operations;

/// <summary>The handler of all deadlines: it waits, and ends when the time is over.</summary>
/// <remarks>
/// Whether a machine is stuck or only has a busy host is told by its process: on a host that is busy with other things, one that gets little
/// of a processor uses what it gets; one that is stuck uses nothing. So a limit that a machine at work may extend notes, when it begins, what
/// the process has used, and at its end gives the time again if that has grown, a bounded number of times.
/// </remarks>
/// <param name="scheduler">Where time comes from; due times are relative.</param>
/// <param name="times">How long the machine waits for what.</param>
/// <param name="processorTime">What the machine's process has used of processors; null when it can't be told.</param>
/// <param name="extended">Hears that a machine at work was given a limit's time again.</param>
internal sealed class OpTimers(IScheduler scheduler, VmTimeouts times, Func<TimeSpan?> processorTime, Action<OpKind>? extended = null)
{
    /// <summary>How often a limit is given its time again at most: with the first time, five times itself.</summary>
    public const int MaxExtensions = 4;

    // A timer this late means that the whole process was stopped, or has no threads left; what the machine said meanwhile is read first.
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    // Of one processor. A guest that is stuck uses next to nothing, one of a hundred that fight over two processors a fiftieth.
    private const double AtWork = 0.01;

    private readonly IScheduler _scheduler = scheduler;
    private readonly IStopwatch _clock = scheduler.StartStopwatch();

    /// <summary>Waits until the deadline's time is over; one that is infinite is only ever cancelled.</summary>
    /// <remarks>
    /// A deadline that is very late is put off by one short grace, once; after that it is believed however late it is, or a process that is
    /// always late would have no deadlines at all.
    /// </remarks>
    public Task<OpEnd> WaitAsync(OpWork work) => new Waiting(this, work, TreeLimits.Of(work.Op, work.State, times)).Task;

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

    private sealed class Waiting
    {
        private readonly TaskCompletionSource<OpEnd> _end = new();
        private readonly MultipleAssignmentDisposable _timer = new();
        private readonly OpTimers _timers;
        private readonly OpKind _kind;
        private readonly TimeSpan _after;
        private readonly CancellationTokenRegistration _given;
        private TimeSpan? _begun;
        private TimeSpan _due;
        private int _extensions;
        private bool _hadGrace;

        public Waiting(OpTimers timers, OpWork work, TimeSpan after)
        {
            (_timers, _kind, _after) = (timers, work.Op.Kind, after);
            if (after >= TimeSpan.Zero)
            {
                Begin();
            }

            _given = work.Cancelled.UnsafeRegister(static waiting => ((Waiting)waiting!).GiveUp(), this);
        }

        public Task<OpEnd> Task => _end.Task;

        private bool MayExtend => _extensions < MaxExtensions && TreeLimits.MayExtend(_kind);

        private void Begin()
        {
            _begun = MayExtend ? _timers.Used() ?? TimeSpan.Zero : null;
            Start(_after);
        }

        private void Start(TimeSpan after)
        {
            _due = _timers._clock.Elapsed.Plus(after);
            _timer.Disposable = _timers._scheduler.Schedule(this, after, static (_, waiting) =>
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

            if (!_hadGrace && _timers._clock.Elapsed - _due > Stall)
            {
                _hadGrace = true;
                Start(Grace);
                return;
            }

            if (_begun is { } begun && _timers.Used() is { } used && used - begun >= AtWork * _after)
            {
                _extensions++;
                _timers.Extended(_kind);
                Begin();
                return;
            }

            _given.Unregister();
            _end.TrySetResult(OpEnd.Done);
        }

        private void GiveUp()
        {
            _timer.Dispose();
            _end.TrySetResult(OpEnd.Done);
        }
    }

    private void Extended(OpKind kind) => extended?.Invoke(kind);
}
