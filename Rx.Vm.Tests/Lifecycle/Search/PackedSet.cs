namespace Rx.Vm.Tests.Lifecycle.Search;

/// <summary>
/// Packed states in the order they were first added: a list and an open-addressed index over it, about 24 bytes a state.
/// </summary>
internal sealed class PackedSet
{
    private UInt128[] _items = new UInt128[1024];
    private int[] _slots = new int[4096];

    /// <summary>How many states are in the set.</summary>
    public int Count { get; private set; }

    /// <summary>The state that was added as number <paramref name="index"/>.</summary>
    public UInt128 this[int index] => _items[index];

    /// <summary>Adds <paramref name="item"/> unless it is there; whether it was new.</summary>
    public bool Add(UInt128 item)
    {
        var slot = Find(item);
        if (_slots[slot] != 0)
        {
            return false;
        }

        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Count * 2);
        }

        _items[Count++] = item;
        _slots[slot] = Count;
        if (Count * 2 > _slots.Length)
        {
            Grow();
        }

        return true;
    }

    /// <summary>The number of <paramref name="item"/>, or -1.</summary>
    public int IndexOf(UInt128 item) => _slots[Find(item)] - 1;

    private int Find(UInt128 item)
    {
        var hash = ((ulong)item ^ (ulong)(item >> 64) * 0x9E37_79B9_7F4A_7C15) * 0xD6E8_FEB8_6659_FD93;
        var mask = _slots.Length - 1;
        for (var slot = (int)(hash >> 32) & mask; ; slot = slot + 1 & mask)
        {
            if (_slots[slot] == 0 || _items[_slots[slot] - 1] == item)
            {
                return slot;
            }
        }
    }

    private void Grow()
    {
        _slots = new int[_slots.Length * 2];
        for (var i = 0; i < Count; i++)
        {
            _slots[Find(_items[i])] = i + 1;
        }
    }
}
