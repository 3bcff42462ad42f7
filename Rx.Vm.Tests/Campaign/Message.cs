using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Tests.Campaign;

/// <summary>
/// Something on its way to the fold: due time in milliseconds, order of sending, kind, operand. Packed so that the order of the numbers is
/// the order of arrival.
/// </summary>
internal readonly record struct Message(ulong Bits)
{
    public Message(uint due, ushort sequence, K kind, int operand)
        : this((ulong)due << 32 | (ulong)sequence << 16 | (ulong)(byte)kind << 8 | (byte)(sbyte)operand)
    {
    }

    /// <summary>No message: it was lost, or comes later.</summary>
    public static Message None => new(ulong.MaxValue);

    public bool IsNone => Bits == ulong.MaxValue;

    public uint Due => (uint)(Bits >> 32);

    public K Kind => (K)(byte)(Bits >> 8);

    public int Operand => (sbyte)(byte)Bits;
}
