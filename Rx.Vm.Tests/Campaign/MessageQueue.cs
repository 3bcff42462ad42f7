using System.Runtime.CompilerServices;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Tests.Campaign;

/// <summary>
/// The messages under way, in the order of their arrival. A fixed size and no references, so that a world is copied with its queue; few
/// messages are ever under way at once, so they are kept sorted, the next one last.
/// </summary>
internal struct MessageQueue
{
    private const int Capacity = 40;
    private Slots _slots;

    public int Count { get; private set; }

    public readonly Message First => new(_slots[Count - 1]);

    /// <summary>Adds a message; false when too many are under way, then it is lost.</summary>
    public bool Add(Message message)
    {
        if (Count == Capacity)
        {
            return false;
        }

        var at = Count++;
        for (; at > 0 && _slots[at - 1] < message.Bits; at--)
        {
            _slots[at] = _slots[at - 1];
        }

        _slots[at] = message.Bits;
        return true;
    }

    public Message Take() => new(_slots[--Count]);

    /// <summary>Message number <paramref name="index"/> from the last to come to the next.</summary>
    public readonly Message this[int index] => new(_slots[index]);

    /// <summary>Removes what comes in by <paramref name="channel"/>; its end too, unless that is <paramref name="spared"/>.</summary>
    public void Cut(Channel channel, bool spared = false)
    {
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            var kind = new Message(_slots[i]).Kind;
            if (Channels.Of(kind) != channel || spared && kind is K.QmpDisconnected or K.GuestDisconnected)
            {
                _slots[kept++] = _slots[i];
            }
        }

        Count = kept;
    }

    /// <summary>Makes the messages that <paramref name="channel"/> has under way come later or earlier, in the same order.</summary>
    /// <param name="channel">Whose; null for every one's.</param>
    /// <param name="now">The time before which nothing comes.</param>
    /// <param name="by">By how many milliseconds.</param>
    public void Shift(Channel? channel, uint now, long by)
    {
        var all = this;
        Count = 0;

        // In the order of arrival, numbered anew: what is moved to the same moment must not change places.
        for (var i = all.Count - 1; i >= 0; i--)
        {
            var message = all[i];
            var moved = channel is null || Channels.Of(message.Kind) == channel;
            var due = moved ? (uint)Math.Max(now, message.Due + by) : message.Due;
            Add(new Message(due, (ushort)(all.Count - 1 - i), message.Kind, message.Operand));
        }
    }

    [InlineArray(Capacity)]
    private struct Slots
    {
        private ulong _first;
    }
}
