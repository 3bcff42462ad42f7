using System.Buffers;
using System.Numerics;
using Rx.Qmp.Wire;

namespace Rx.Qmp.Session;

/// <summary>
/// The commands of one connection: some in flight, each under the id of its slot, the others waiting in order. A slot is free again
/// only when its reply has come, whatever became of the caller. Pure bookkeeping behind one lock; calls nobody.
/// </summary>
/// <remarks>
/// Out-of-band commands have a queue and two slots of their own, so that nothing in band can hold them up. A command that carries a
/// descriptor travels alone in band: QEMU closes one it has not taken yet when the next arrives.
/// </remarks>
/// <param name="maxWaiting">Commands that may wait in each queue.</param>
/// <param name="maxInFlight">In-band commands in flight at most, up to <see cref="MaxSlots"/>.</param>
/// <param name="endLines">True: a newline after each command.</param>
internal sealed class CommandWindow(int maxWaiting, int maxInFlight = CommandWindow.QemuQueue, bool endLines = false)
{
    /// <summary>In-band commands that QEMU queues, once out-of-band execution is on, before it stops reading.</summary>
    public const int QemuQueue = 8;

    /// <summary>Most commands in flight.</summary>
    public const int MaxSlots = 64;

    /// <summary>The two slots after those of <see cref="QemuQueue"/>, whose ids have one digit too.</summary>
    private const ulong OutOfBandSlots = 0b11UL << QemuQueue;

    private readonly Lock _gate = new();
    private readonly PendingCommand?[] _inFlight = new PendingCommand?[MaxSlots];
    private readonly Queue<PendingCommand> _waiting = new();
    private readonly Queue<PendingCommand> _waitingOutOfBand = new();
    private PendingCommand? _handshake;
    private PendingCommand? _barrier;
    private ulong _free = 1;
    private ulong _inBandSlots = 1;
    private int _batch;
    private bool _open;
    private bool _outOfBand;
    private bool _closed;

    /// <summary>Commands in flight, answered callers' included.</summary>
    public int InFlight
    {
        get
        {
            lock (_gate)
            {
                return _inFlight.Count(pending => pending is not null);
            }
        }
    }

    /// <summary>Commands that wait for their turn, answered callers' included.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count + _waitingOutOfBand.Count;
            }
        }
    }

    /// <summary>Queues a command, unless the connection has ended or the queue is full of commands somebody still waits for.</summary>
    public WindowRefusal TryAdd(PendingCommand pending)
    {
        lock (_gate)
        {
            var queue = pending.OutOfBand ? _waitingOutOfBand : _waiting;
            if (_closed)
            {
                return WindowRefusal.Closed;
            }

            if (pending.OutOfBand && _open && !_outOfBand)
            {
                return WindowRefusal.NoOutOfBand;
            }

            if (IsFull(queue) && !ForgetAnswered(queue))
            {
                return WindowRefusal.Full;
            }

            queue.Enqueue(pending);
            return WindowRefusal.None;
        }
    }

    /// <summary>Sets the one command that may go out before <see cref="Open"/>.</summary>
    public bool TrySetHandshake(PendingCommand pending)
    {
        lock (_gate)
        {
            _handshake = pending;
            return !_closed;
        }
    }

    /// <summary>Lets waiting commands go.</summary>
    /// <param name="outOfBand">True: commands may go out of band, and then QEMU's queue limits those in band.</param>
    /// <returns>Those that now cannot go.</returns>
    public List<PendingCommand> Open(bool outOfBand)
    {
        lock (_gate)
        {
            var limit = outOfBand ? Math.Min(maxInFlight, QemuQueue) : maxInFlight;
            _inBandSlots = ulong.MaxValue >> (MaxSlots - limit);
            _free = _inBandSlots | (outOfBand ? OutOfBandSlots : 0);
            _outOfBand = outOfBand;
            _open = true;
            if (outOfBand)
            {
                return [];
            }

            List<PendingCommand> stuck = [.. _waitingOutOfBand];
            _waitingOutOfBand.Clear();
            return stuck;
        }
    }

    /// <summary>Whether a command was sent; once somebody has claimed it, that does not change any more.</summary>
    public bool WasSent(PendingCommand pending)
    {
        lock (_gate)
        {
            return pending.IsSent;
        }
    }

    /// <summary>Whether a command is part of what was encoded last.</summary>
    public bool IsInLastBatch(PendingCommand pending)
    {
        lock (_gate)
        {
            return pending.Batch == _batch;
        }
    }

    /// <summary>Encodes every command that may go now.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="carrier">The command whose descriptor has to be sent ahead of these bytes; it is then the only one.</param>
    /// <returns>How many.</returns>
    public int FillBatch(IBufferWriter<byte> output, out PendingCommand? carrier)
    {
        var count = 0;
        carrier = null;
        lock (_gate)
        {
            _batch++;
            while (carrier is null && TakeNext(first: count == 0) is { } next)
            {
                var free = _free & (next.OutOfBand ? OutOfBandSlots : _inBandSlots);
                var slot = BitOperations.TrailingZeroCount(free);
                _free &= ~(1UL << slot);
                _inFlight[slot] = next;
                next.Batch = _batch;
                if (next.Command.File is not null)
                {
                    _barrier = carrier = next;
                }

                CommandWriter.Write(output, next.Command, slot, next.OutOfBand, endLines);
                count++;
            }
        }

        return count;
    }

    /// <summary>The command in flight under an id, or null. Without the lock, so what is found may leave the slot at any moment: withdrawn,
    /// or with the connection. Whoever answers it has to claim it, and <see cref="TakeReplied"/> says whether the slot was still its.</summary>
    public PendingCommand? Peek(int slot) => slot is >= 0 and < MaxSlots ? Volatile.Read(ref _inFlight[slot]) : null;

    /// <summary>Frees the slot a reply names. Null when no command is in flight under that id.</summary>
    public PendingCommand? TakeReplied(int slot)
    {
        lock (_gate)
        {
            if (slot is < 0 or >= MaxSlots || _inFlight[slot] is not { } pending)
            {
                return null;
            }

            Free(slot);
            return pending;
        }
    }

    /// <summary>Frees the slot of a command that could not be sent after all.</summary>
    public void Withdraw(PendingCommand pending)
    {
        lock (_gate)
        {
            var slot = Array.IndexOf(_inFlight, pending);
            if (slot >= 0)
            {
                Free(slot);
            }
        }
    }

    /// <summary>Remembers an error without id with every command it might belong to.</summary>
    public void Note(QmpError error)
    {
        lock (_gate)
        {
            foreach (var pending in _inFlight)
            {
                pending?.Unattributed = error;
            }
        }
    }

    /// <summary>Collects the commands whose next deadline has come and finds the earliest of the others.</summary>
    public TimeSpan? CollectDue(TimeSpan now, List<PendingCommand> due)
    {
        var earliest = TimeSpan.MaxValue;
        lock (_gate)
        {
            foreach (var pending in All())
            {
                if (pending.IsClaimed)
                {
                    continue;
                }

                if (pending.NextDue <= now)
                {
                    due.Add(pending);
                }
                else if (pending.NextDue < earliest)
                {
                    earliest = pending.NextDue;
                }
            }
        }

        return earliest == TimeSpan.MaxValue ? null : earliest;
    }

    /// <summary>Refuses everything from now on and hands out whoever is left: the handshake, those in flight from the oldest on, those
    /// waiting.</summary>
    public List<PendingCommand> Close()
    {
        lock (_gate)
        {
            _closed = true;
            List<PendingCommand> left =
            [
                .. _handshake is null ? [] : new[] { _handshake },
                .. _inFlight.OfType<PendingCommand>().OrderBy(pending => pending.Deadlines.Start),
                .. _waitingOutOfBand,
                .. _waiting,
            ];
            Array.Clear(_inFlight);
            _waiting.Clear();
            _waitingOutOfBand.Clear();
            _handshake = null;
            return left;
        }
    }

    private IEnumerable<PendingCommand> All()
    {
        var inFlight = _inFlight.OfType<PendingCommand>();
        return (_handshake is null ? inFlight : inFlight.Prepend(_handshake)).Concat(_waitingOutOfBand).Concat(_waiting);
    }

    private void Free(int slot)
    {
        if (_inFlight[slot] == _barrier)
        {
            _barrier = null;
        }

        _inFlight[slot] = null;
        _free |= 1UL << slot;
    }

    /// <summary>The next command for which there is room; none in band while a descriptor is under way.</summary>
    private PendingCommand? TakeNext(bool first)
    {
        if (_handshake is { } handshake && (_free & 1) != 0)
        {
            _handshake = null;
            return handshake;
        }

        if (!_open)
        {
            return null;
        }

        if ((_free & OutOfBandSlots & ~_inBandSlots) != 0 && TryTake(_waitingOutOfBand, out var urgent))
        {
            return urgent;
        }

        if (_barrier is not null || (_free & _inBandSlots) == 0)
        {
            return null;
        }

        // One that carries a descriptor also waits until nothing in band is under way, and goes in a batch of its own.
        var alone = first && (_free & _inBandSlots) == _inBandSlots;
        return TryTake(_waiting, out var next, mayCarry: alone) ? next : null;
    }

    /// <summary>Takes the next that somebody still waits for: one cancelled or timed out while it waited is never sent.</summary>
    private static bool TryTake(Queue<PendingCommand> queue, out PendingCommand? next, bool mayCarry = false)
    {
        while (queue.TryPeek(out next))
        {
            if (next.IsClaimed)
            {
                queue.Dequeue();
                continue;
            }

            if (next.Command.File is not null && !mayCarry)
            {
                return false;
            }

            queue.Dequeue();
            return true;
        }

        return false;
    }

    /// <summary>Commands that a free slot is ready for do not count as waiting.</summary>
    private bool IsFull(Queue<PendingCommand> queue) =>
        queue.Count >= maxWaiting + (_open && queue == _waiting ? BitOperations.PopCount(_free & _inBandSlots) : 0);

    /// <summary>Forgets waiting commands whose callers have been answered; true if that made room.</summary>
    private bool ForgetAnswered(Queue<PendingCommand> queue)
    {
        for (var left = queue.Count; left > 0; left--)
        {
            var pending = queue.Dequeue();
            if (!pending.IsClaimed)
            {
                queue.Enqueue(pending);
            }
        }

        return !IsFull(queue);
    }
}
