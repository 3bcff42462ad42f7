using System.Buffers.Binary;

namespace Rx.Vm.Guest.Wire;

/// <summary>
/// One frame of the control channel: 4-byte code, 4-byte length including this header, payload; big-endian. A view: the payload belongs
/// to whoever made the frame and, from a scanner, is valid until its next call.
/// </summary>
internal readonly ref struct ControlFrame(GuestCode code, ReadOnlySpan<byte> payload)
{
    /// <summary>Bytes before the payload.</summary>
    public const int HeaderSize = 8;

    /// <summary>What the frame says; may be a value without a name.</summary>
    public GuestCode Code { get; } = code;

    /// <summary>The bytes after the header.</summary>
    public ReadOnlySpan<byte> Payload { get; } = payload;

    /// <summary>Writes a header for a payload of <paramref name="payloadLength"/> bytes.</summary>
    public static void WriteHeader(Span<byte> destination, GuestCode code, int payloadLength)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)code);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], (uint)(payloadLength + HeaderSize));
    }

    /// <summary>Reads a header. False: fewer than 8 bytes. The length (header included) is not judged here.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> source, out GuestCode code, out uint length)
    {
        code = default;
        length = 0;
        if (source.Length < HeaderSize)
        {
            return false;
        }

        code = (GuestCode)BinaryPrimitives.ReadUInt32BigEndian(source);
        length = BinaryPrimitives.ReadUInt32BigEndian(source[4..]);
        return true;
    }

    /// <summary>A whole frame in a fresh array.</summary>
    public static byte[] Encode(GuestCode code, ReadOnlySpan<byte> payload = default)
    {
        var frame = new byte[HeaderSize + payload.Length];
        WriteHeader(frame, code, payload.Length);
        payload.CopyTo(frame.AsSpan(HeaderSize));
        return frame;
    }

    /// <summary>A NEXT frame: credit for <paramref name="bytes"/> bytes read from the control channel.</summary>
    public static byte[] EncodeNext(uint bytes)
    {
        Span<byte> credit = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(credit, bytes);
        return Encode(GuestCode.Next, credit);
    }

    /// <summary>Reads a NEXT payload. False unless it is exactly 4 bytes.</summary>
    public static bool TryReadNext(ReadOnlySpan<byte> payload, out uint bytes)
    {
        bytes = payload.Length == 4 ? BinaryPrimitives.ReadUInt32BigEndian(payload) : 0;
        return payload.Length == 4;
    }

    /// <summary>A WINDOW payload: session <paramref name="session"/> may send <paramref name="bytes"/> bytes more.</summary>
    public static byte[] EncodeWindow(ulong session, uint bytes)
    {
        var payload = new byte[12];
        BinaryPrimitives.WriteUInt64BigEndian(payload, session);
        BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(8), bytes);
        return payload;
    }

    /// <summary>Reads a WINDOW payload. False unless it is exactly 12 bytes.</summary>
    public static bool TryReadWindow(ReadOnlySpan<byte> payload, out ulong session, out uint bytes)
    {
        var isWhole = payload.Length == 12;
        session = isWhole ? BinaryPrimitives.ReadUInt64BigEndian(payload) : 0;
        bytes = isWhole ? BinaryPrimitives.ReadUInt32BigEndian(payload[8..]) : 0;
        return isWhole;
    }

    /// <summary>A FINISHPOD frame: one exit code per container in order of declaration.</summary>
    public static byte[] EncodeFinishPod(ReadOnlySpan<int> exitCodes) => Encode(GuestCode.FinishPod, EncodeExitCodes(exitCodes));

    /// <summary>Exit codes as FINISHPOD and the ACK of STOPPOD carry them.</summary>
    public static byte[] EncodeExitCodes(ReadOnlySpan<int> exitCodes)
    {
        var payload = new byte[4 * exitCodes.Length];
        for (var i = 0; i < exitCodes.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(4 * i), exitCodes[i]);
        }

        return payload;
    }

    /// <summary>
    /// Reads a FINISHPOD payload, however long: as many whole codes as there are, at most 1024; a ragged tail is dropped.
    /// </summary>
    public static int[] ReadExitCodes(ReadOnlySpan<byte> payload)
    {
        var codes = new int[Math.Min(payload.Length / 4, WireLimits.ExitCodes)];
        for (var i = 0; i < codes.Length; i++)
        {
            codes[i] = BinaryPrimitives.ReadInt32BigEndian(payload[(4 * i)..]);
        }

        return codes;
    }
}
