using System.Buffers;
using System.Numerics;
using Rx.Qmp.Messages;
using Rx.Qmp.Wire;

namespace Rx.Qmp.Session;

/// <summary>
/// The commands of one connection: up to eight in flight, each under the one-digit id of its slot, the others waiting in order.
/// A slot is free again only when its reply has come, whatever became of the caller. Pure bookkeeping behind one lock; calls nobody.
/// </summary>
internal sealed class CommandWindow(int maxWaiting)
{
    /// <summary>Commands in flight: what QEMU queues before it stops reading.</summary>
    public const int Slots = 8;

    private readonly Lock _gate = new();
    private readonly PendingCommand?[] _inFlight = new PendingCommand?[Slots];
    private readonly Queue<PendingCommand> _waiting = new();
    private PendingCommand? _handshake;
    private int _freeSlots = (1 << Slots) - 1;
    private bool _open;
    private bool _closed;

    /// <summary>Commands in flight, answered callers' included.</summary>
    public int InFlight
    {
        get
        {
            lock (_gate)
            {
                return Slots - BitOperations.PopCount((uint)_freeSlots);
            }
        }
    }

    /// <summary>Queues a command. False when the connection has ended, or when the queue is full of commands somebody still
    /// waits for.</summary>
    public bool TryAdd(PendingCommand pending, out bool closed)
    {
        lock (_gate)
        {
            closed = _closed;
            if (closed || (IsFull() && !ForgetAnswered()))
            {
                return false;
            }

            _waiting.Enqueue(pending);
            return true;
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
    public void Open()
    {
        lock (_gate)
        {
            _open = true;
        }
    }

    /// <summary>Encodes every command that may go now.</summary>
    /// <returns>How many.</returns>
    public int FillBatch(IBufferWriter<byte> output)
    {
        int count = 0;
        lock (_gate)
        {
            while (_freeSlots != 0 && TakeNext() is { } next)
            {
                int slot = BitOperations.TrailingZeroCount(_freeSlots);
                _freeSlots &= _freeSlots - 1;
                _inFlight[slot] = next;
                CommandWriter.Write(output, next.Command, slot);
                count++;
            }
        }

        return count;
    }

    /// <summary>Frees the slot a reply names. Null when no command is in flight under that id.</summary>
    public PendingCommand? TakeReplied(int slot)
    {
        lock (_gate)
        {
            if (slot is < 0 or >= Slots || _inFlight[slot] is not { } pending)
            {
                return null;
            }

            _inFlight[slot] = null;
            _freeSlots |= 1 << slot;
            return pending;
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
        lock (_gate)
        {
            var earliest = TimeSpan.MaxValue;
            Look(_handshake);
            foreach (var pending in _inFlight)
            {
                Look(pending);
            }

            foreach (var pending in _waiting)
            {
                Look(pending);
            }

            return earliest == TimeSpan.MaxValue ? null : earliest;

            void Look(PendingCommand? pending)
            {
                if (pending is null || pending.IsClaimed)
                {
                    return;
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
    }

    /// <summary>Refuses everything from now on and hands out whoever is left, oldest in flight first.</summary>
    public List<PendingCommand> Close()
    {
        lock (_gate)
        {
            _closed = true;
            List<PendingCommand> left = [.. _inFlight.OfType<PendingCommand>().OrderBy(pending => pending.Deadlines.Start), .. _waiting];
            if (_handshake is not null)
            {
                left.Insert(0, _handshake);
            }

            Array.Clear(_inFlight);
            _waiting.Clear();
            _handshake = null;
            return left;
        }
    }

    private PendingCommand? TakeNext()
    {
        if (_handshake is { } handshake)
        {
            _handshake = null;
            return handshake;
        }

        while (_open && _waiting.TryDequeue(out var next))
        {
            // Cancelled or timed out while it waited: it is never sent.
            if (!next.IsClaimed)
            {
                return next;
            }
        }

        return null;
    }

    /// <summary>Commands that a free slot is ready for do not count as waiting.</summary>
    private bool IsFull() => _waiting.Count >= maxWaiting + (_open ? BitOperations.PopCount((uint)_freeSlots) : 0);

    /// <summary>Forgets waiting commands whose callers have been answered; true if that made room.</summary>
    private bool ForgetAnswered()
    {
        for (int left = _waiting.Count; left > 0; left--)
        {
            var pending = _waiting.Dequeue();
            if (!pending.IsClaimed)
            {
                _waiting.Enqueue(pending);
            }
        }

        return !IsFull();
    }
}
