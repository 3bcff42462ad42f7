namespace Rx.Vm.Devices;

/// <summary>Where a device stands on its way into the machine and out of it.</summary>
internal enum DeviceStatus : byte
{
    /// <summary>The slot is free.</summary>
    Free,

    /// <summary>Being attached.</summary>
    Adding,

    /// <summary>Attached.</summary>
    Attached,

    /// <summary>Being detached.</summary>
    Removing,
}

/// <summary>The 16 device slots of a machine with the status of each, two bits a slot. Slots are reused.</summary>
/// <param name="Bits">Bits 2n and 2n+1 are the status of slot n.</param>
internal readonly record struct DeviceSet(uint Bits)
{
    /// <summary>How many slots a machine has.</summary>
    public const int Capacity = 16;

    private const uint Even = 0x5555_5555;

    /// <summary>Whether every slot is free.</summary>
    public bool IsEmpty => Bits == 0;

    /// <summary>Whether at least one device is being attached.</summary>
    public bool AnyAdding => (Bits & Even & ~(Bits >> 1)) != 0;

    /// <summary>The status of <paramref name="slot"/>; <see cref="DeviceStatus.Free"/> for a slot that does not exist.</summary>
    public DeviceStatus this[int slot] =>
        (uint)slot < Capacity ? (DeviceStatus)(Bits >> (slot * 2) & 3) : DeviceStatus.Free;

    /// <summary>This set with <paramref name="slot"/> in <paramref name="status"/>.</summary>
    public DeviceSet With(int slot, DeviceStatus status)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)slot, (uint)Capacity, nameof(slot));
        return new(Bits & ~(3u << (slot * 2)) | (uint)status << (slot * 2));
    }

    /// <summary>A set whose first <paramref name="count"/> slots are being attached.</summary>
    public static DeviceSet Adding(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)Capacity, nameof(count));
        return new(count == Capacity ? Even : (1u << (count * 2)) - 1 & Even);
    }

    /// <summary>This set with every attached or half-attached device being detached.</summary>
    public DeviceSet RemoveAll()
    {
        var used = (Bits | Bits >> 1) & Even;
        return new(used | used << 1);
    }

    /// <summary>The slots that are not free.</summary>
    public SlotSet Used
    {
        get
        {
            ushort mask = 0;
            for (var slot = 0; slot < Capacity; slot++)
            {
                if (this[slot] != DeviceStatus.Free)
                {
                    mask |= (ushort)(1 << slot);
                }
            }

            return new SlotSet(mask);
        }
    }
}

/// <summary>A set of device slots.</summary>
/// <param name="Bits">Bit n stands for slot n.</param>
internal readonly record struct SlotSet(ushort Bits)
{
    /// <summary>Whether <paramref name="slot"/> is in the set.</summary>
    public bool Has(int slot) => (uint)slot < DeviceSet.Capacity && (Bits & (1 << slot)) != 0;

    /// <summary>The slots, ascending.</summary>
    public IEnumerable<int> Slots
    {
        get
        {
            for (var slot = 0; slot < DeviceSet.Capacity; slot++)
            {
                if (Has(slot))
                {
                    yield return slot;
                }
            }
        }
    }
}
