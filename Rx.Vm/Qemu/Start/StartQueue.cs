using System.Reactive.Concurrency;

namespace Rx.Vm.Qemu;

/// <summary>
/// Lets as many machines boot at once as the host can do, and the others wait. First come, first served within this process; among the
/// processes that share <paramref name="slots"/> whoever looks first. Waits for as long as it takes: limits are the fold's.
/// </summary>
/// <param name="atOnce">How many boot at once.</param>
/// <param name="slots">The places shared with other processes; null counts this process's machines only.</param>
/// <param name="time">When to look again for a place that another process gave back.</param>
/// <param name="inline">Whether those who wait continue on the thread that gave the place back.</param>
internal sealed class StartQueue(int atOnce, BootSlots? slots, IScheduler time, bool inline)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly LinkedList<Turn> _waiting = [];
    private int _booting;
    private bool _looking;

    /// <summary>Joins the queue. The turn may have come already.</summary>
    public Turn Join()
    {
        var turn = new Turn(this, inline);
        lock (_gate)
        {
            _waiting.AddLast(turn);
        }

        Admit();
        return turn;
    }

    private void Admit()
    {
        while (Next() is { } turn)
        {
            // Outside the gate: whoever waited may continue at once.
            turn.Come();
        }
    }

    private Turn? Next()
    {
        lock (_gate)
        {
            if (_waiting.First?.Value is not { } turn || _booting >= atOnce)
            {
                return null;
            }

            try
            {
                if (slots is not null && (turn.Slot = slots.TryTake()) is null)
                {
                    Look();
                    return null;
                }

                _booting++;
            }
            catch (Exception e)
            {
                // Nobody's place can be had then; each is told, and the host goes on.
                turn.Fault = e;
            }

            _waiting.RemoveFirst();
            return turn;
        }
    }

    private void Look()
    {
        if (_looking)
        {
            return;
        }

        _looking = true;
        try
        {
            time.Schedule(LookAgain, () =>
            {
                lock (_gate)
                {
                    _looking = false;
                }

                Admit();
            });
        }
        catch
        {
            _looking = false;
            throw;
        }
    }

    private void Leave(Turn turn)
    {
        lock (_gate)
        {
            // One that was refused its place holds none, nor does one that still waits.
            if (!_waiting.Remove(turn) && turn.Fault is null)
            {
                _booting--;
                turn.Slot?.Dispose();
            }
        }

        turn.Come();
        Admit();
    }

    /// <summary>One machine's place in the queue, then its place among those that boot.</summary>
    internal sealed class Turn(StartQueue queue, bool inline) : IDisposable
    {
        private readonly TaskCompletionSource _come = new(
            inline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);

        private int _left;

        /// <summary>
        /// Completes when the machine may boot; is cancelled by <see cref="Dispose"/>; fails when the shared places can't be used.
        /// </summary>
        public Task Came => _come.Task;

        internal IDisposable? Slot { get; set; }

        internal Exception? Fault { get; set; }

        /// <summary>Gives the place back, or up. Idempotent.</summary>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                queue.Leave(this);
            }
        }

        internal void Come()
        {
            _ = Volatile.Read(ref _left) != 0 ? _come.TrySetCanceled()
                : Fault is { } fault ? _come.TrySetException(fault)
                : _come.TrySetResult();
        }
    }
}
