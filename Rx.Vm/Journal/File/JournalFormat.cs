using System.Buffers;
using System.Buffers.Binary;

namespace Rx.Vm.Journal;

/// <summary>
/// The bytes of a journal file; all numbers are little-endian.
/// <code>
/// "RXJOURNL"  version (4)  salt (16)              the preamble
/// length (2)  ~length (2)  JSON (length)  seal (16)    a record: the header first, then entries and gaps
/// </code>
/// The salt is random. A seal is the first half of SHA-256 over the salt, the seal before (the first: over the preamble), the length words
/// and the JSON. So a record is only ever taken for one where it was written: not in another place, not from another journal whose old
/// bytes a power cut brought back, not with a bit changed (a plain checksum let thousands of old records through). The length words find
/// most damage at once; what hits both alike is found by the text, which is one JSON object of exactly that length.
/// </summary>
internal static class JournalFormat
{
    public const int SaltBytes = 16;
    public const int SealBytes = 16;
    public const int VersionedBytes = 12;
    public const int PreambleBytes = VersionedBytes + SaltBytes;
    public const int LengthBytes = 4;
    public const int MaxPayloadBytes = ushort.MaxValue;
    public const int MaxRecordBytes = LengthBytes + MaxPayloadBytes + SealBytes;

    /// <summary>The most that is read of a file.</summary>
    public const long MaxFileBytes = 1L << 30;

    public static ReadOnlySpan<byte> Magic => "RXJOURNL"u8;

    /// <summary>Writes the preamble and returns the chain that the first record continues.</summary>
    public static JournalChain Begin(IBufferWriter<byte> output, ReadOnlySpan<byte> salt)
    {
        var preamble = output.GetSpan(PreambleBytes)[..PreambleBytes];
        Magic.CopyTo(preamble);
        BinaryPrimitives.WriteUInt32LittleEndian(preamble[8..], JournalHeader.CurrentVersion);
        salt[..SaltBytes].CopyTo(preamble[VersionedBytes..]);
        var chain = JournalChain.Begin(preamble);
        output.Advance(PreambleBytes);
        return chain;
    }

    /// <summary>The version of a file that begins with <paramref name="preamble"/>, of at least <see cref="VersionedBytes"/>.</summary>
    public static uint Version(ReadOnlySpan<byte> preamble) => BinaryPrimitives.ReadUInt32LittleEndian(preamble[Magic.Length..]);

    /// <summary>
    /// Writes a record and returns the chain that the next one continues; null, and nothing written, when it is too large.
    /// </summary>
    public static JournalChain? Append(IBufferWriter<byte> output, ReadOnlySpan<byte> payload, JournalChain chain)
    {
        if (payload.Length is 0 or > MaxPayloadBytes)
        {
            return null;
        }

        var record = output.GetSpan(LengthBytes + payload.Length + SealBytes);
        var framed = record[..(LengthBytes + payload.Length)];
        BinaryPrimitives.WriteUInt16LittleEndian(framed, (ushort)payload.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(framed[2..], (ushort)~payload.Length);
        payload.CopyTo(framed[LengthBytes..]);
        var next = chain.Next(framed);
        BinaryPrimitives.WriteUInt128LittleEndian(record[framed.Length..], next.Seal);
        output.Advance(framed.Length + SealBytes);
        return next;
    }

    /// <summary>The length that a record's first bytes announce, or null when they are none.</summary>
    public static int? Length(ReadOnlySpan<byte> words)
    {
        var length = BinaryPrimitives.ReadUInt16LittleEndian(words);
        return length > 0 && BinaryPrimitives.ReadUInt16LittleEndian(words[2..]) == (ushort)~length ? length : null;
    }
}
