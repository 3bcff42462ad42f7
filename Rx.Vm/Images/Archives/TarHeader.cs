using System.Buffers.Binary;

namespace Rx.Vm.Images;

/// <summary>The parts of a tar header block that all dialects share. The block is not trusted.</summary>
internal static class TarHeader
{
    public const int BlockBytes = 512;
    private const int SizeOffset = 124;
    private const int SizeLength = 12;
    private const int ChecksumOffset = 148;
    private const int ChecksumLength = 8;
    private const int TypeOffset = 156;

    /// <summary>The kind of entry.</summary>
    public static char Type(ReadOnlySpan<byte> block) => (char)block[TypeOffset];

    /// <summary>Whether the block carries the sum of its own bytes: octal, with the field itself taken as blanks.</summary>
    public static bool HasChecksum(ReadOnlySpan<byte> block)
    {
        if (Octal(block.Slice(ChecksumOffset, ChecksumLength)) is not { } expected)
        {
            return false;
        }

        long sum = ' ' * ChecksumLength;
        for (var i = 0; i < BlockBytes; i++)
        {
            sum += i is >= ChecksumOffset and < ChecksumOffset + ChecksumLength ? 0 : block[i];
        }

        return sum == expected;
    }

    /// <summary>Bytes of content that follow, without padding; null when the field makes no sense.</summary>
    public static long? Size(ReadOnlySpan<byte> block)
    {
        var field = block.Slice(SizeOffset, SizeLength);
        if ((field[0] & 0x80) == 0)
        {
            return Octal(field);
        }

        // Large sizes are big-endian binary behind a flag; only the last eight bytes can matter.
        var size = BinaryPrimitives.ReadInt64BigEndian(field[4..]);
        return field[0] == 0x80 && !field[1..4].ContainsAnyExcept((byte)0) && size >= 0 ? size : null;
    }

    private static long? Octal(ReadOnlySpan<byte> field)
    {
        long value = 0;
        foreach (var digit in field.Trim(" \0"u8))
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                return null;
            }

            value = (value * 8) + (digit - '0');
        }

        return value;
    }
}
