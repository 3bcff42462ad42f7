using System.Buffers.Binary;

namespace Rx.Vm.Guest.Wire;

/// <summary>What REQUEST and ANSWER carry: 8 bytes id, 4 bytes code, both big-endian, then the payload of a frame with that code.</summary>
internal static class NumberedFrame
{
    /// <summary>Bytes before the inner payload.</summary>
    public const int HeaderSize = 12;

    /// <summary>The payload of a REQUEST or an ANSWER.</summary>
    public static byte[] Encode(ulong id, GuestCode code, ReadOnlySpan<byte> payload)
    {
        var bytes = new byte[HeaderSize + payload.Length];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, id);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), (uint)code);
        payload.CopyTo(bytes.AsSpan(HeaderSize));
        return bytes;
    }

    /// <summary>Reads one; false when it is shorter than its header, or its id is 0, which is nobody's.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ulong id, out GuestCode code)
    {
        var isWhole = bytes.Length >= HeaderSize;
        id = isWhole ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : 0;
        code = isWhole ? (GuestCode)BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]) : default;
        return id != 0;
    }
}
