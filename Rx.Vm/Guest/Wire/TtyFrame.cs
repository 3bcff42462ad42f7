using System.Buffers.Binary;

namespace Rx.Vm.Guest.Wire;

/// <summary>
/// One frame of the tty channel: 8-byte session, 4-byte length including this header, payload; big-endian. An empty payload from the guest
/// ends the stream, one from the host closes stdin. A view: from a scanner the payload is valid until its next call.
/// </summary>
internal readonly ref struct TtyFrame(ulong session, ReadOnlySpan<byte> payload)
{
    /// <summary>Bytes before the payload.</summary>
    public const int HeaderSize = 12;

    /// <summary>The stream the bytes belong to.</summary>
    public ulong Session { get; } = session;

    /// <summary>The bytes after the header.</summary>
    public ReadOnlySpan<byte> Payload { get; } = payload;

    /// <summary>Writes a header for a payload of <paramref name="payloadLength"/> bytes.</summary>
    public static void WriteHeader(Span<byte> destination, ulong session, int payloadLength)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, session);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], (uint)(payloadLength + HeaderSize));
    }

    /// <summary>Writes a whole frame; returns its length. The destination must hold header and payload.</summary>
    public static int Write(Span<byte> destination, ulong session, ReadOnlySpan<byte> payload)
    {
        WriteHeader(destination, session, payload.Length);
        payload.CopyTo(destination[HeaderSize..]);
        return HeaderSize + payload.Length;
    }

    /// <summary>A whole frame in a fresh array; no payload is the end-of-stream frame.</summary>
    public static byte[] Encode(ulong session, ReadOnlySpan<byte> payload = default)
    {
        var frame = new byte[HeaderSize + payload.Length];
        Write(frame, session, payload);
        return frame;
    }

    /// <summary>The frame that follows an exec's end: its exit code, big-endian (feature <c>exit-frame</c>).</summary>
    public static byte[] EncodeExit(ulong session, int exitCode)
    {
        Span<byte> payload = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(payload, exitCode);
        return Encode(session, payload);
    }

    /// <summary>Reads the payload of an exit frame. False unless it is exactly 4 bytes.</summary>
    public static bool TryReadExit(ReadOnlySpan<byte> payload, out int exitCode)
    {
        exitCode = payload.Length == 4 ? BinaryPrimitives.ReadInt32BigEndian(payload) : 0;
        return payload.Length == 4;
    }
}
