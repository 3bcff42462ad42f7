namespace Rx.Vm.Tests.Fold.Search;

/// <summary>Keys that were seen: open addressing, 16 bytes each, at most half full.</summary>
internal sealed class KeySet
{
    private UInt128[] _slots = new UInt128[1 << 12];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Adds <paramref name="key"/>; whether it is new.</summary>
    public bool Add(UInt128 key)
    {
        key = key == 0 ? 1 : key;
        var slot = Find(_slots, key);
        if (_slots[slot] != 0)
        {
            return false;
        }

        _slots[slot] = key;
        if (++Count * 2 > _slots.Length)
        {
            Grow();
        }

        return true;
    }

    private static int Find(UInt128[] slots, UInt128 key)
    {
        var slot = (int)(ulong)key & slots.Length - 1;
        while (slots[slot] != 0 && slots[slot] != key)
        {
            slot = slot + 1 & slots.Length - 1;
        }

        return slot;
    }

    private void Grow()
    {
        var grown = new UInt128[_slots.Length * 2];
        foreach (var key in _slots)
        {
            if (key != 0)
            {
                grown[Find(grown, key)] = key;
            }
        }

        _slots = grown;
    }
}
