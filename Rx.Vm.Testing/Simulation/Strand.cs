using System.Reactive.Concurrency;

namespace Rx.Vm.Testing.Simulation;

/// <summary>
/// One machine's own thread of control, on whatever threads: work runs one piece at a time and in order, at once when nothing runs. Timers
/// bring their work here too, so the simulation needs no other lock.
/// </summary>
/// <param name="scheduler">The clock.</param>
/// <param name="failed">Told what work threw; whoever brought the work may be somebody who looks at no exception.</param>
internal sealed class Strand(IScheduler scheduler, Action<Exception> failed)
{
    private readonly Lock _gate = new();
    private readonly Queue<Action> _waiting = new();
    private readonly HashSet<Timer> _timers = [];
    private bool _busy;

    /// <summary>The clock, and where timers run.</summary>
    public IScheduler Scheduler { get; } = scheduler;

    /// <summary>Runs <paramref name="work"/> now, or behind what runs.</summary>
    public void Post(Action work)
    {
        lock (_gate)
        {
            _waiting.Enqueue(work);
            if (_busy)
            {
                return;
            }

            _busy = true;
        }

        Drain();
    }

    /// <summary>
    /// Runs <paramref name="work"/> after <paramref name="delay"/>, unless the result is disposed before. Without delay, as a post.
    /// </summary>
    public IDisposable After(TimeSpan delay, Action work)
    {
        var timer = new Timer(this, work);
        if (delay <= TimeSpan.Zero)
        {
            Post(timer.Run);
            return timer;
        }

        lock (_gate)
        {
            _timers.Add(timer);
        }

        timer.Scheduled = Scheduler.Schedule(delay, () => Post(timer.Run));
        return timer;
    }

    /// <summary>Drops every timer that has not run.</summary>
    public void CancelTimers()
    {
        Timer[] timers;
        lock (_gate)
        {
            timers = [.. _timers];
        }

        foreach (var timer in timers)
        {
            timer.Dispose();
        }
    }

    private void Drain()
    {
        while (true)
        {
            Action? work;
            lock (_gate)
            {
                if (!_waiting.TryDequeue(out work))
                {
                    _busy = false;
                    return;
                }
            }

            try
            {
                work();
            }
            catch (Exception e)
            {
                // A defect of the simulation must be seen, and must not leave the strand locked.
                lock (_gate)
                {
                    _busy = false;
                }

                failed(e);
                throw;
            }
        }
    }

    private sealed class Timer(Strand strand, Action work) : IDisposable
    {
        private readonly System.Reactive.Disposables.SingleAssignmentDisposable _scheduled = new();
        private volatile bool _isOver;

        public IDisposable Scheduled
        {
            set => _scheduled.Disposable = value;
        }

        public void Run()
        {
            var isOver = _isOver;
            Dispose();
            if (!isOver)
            {
                work();
            }
        }

        public void Dispose()
        {
            _isOver = true;
            _scheduled.Dispose();
            lock (strand._gate)
            {
                strand._timers.Remove(this);
            }
        }
    }
}
