using System.Buffers.Binary;

namespace Rx.Vm.Images.Archives;

/// <summary>One header block of a tar archive, of any dialect: V7, ustar, star, pax, GNU. The block is not trusted.</summary>
internal readonly ref struct TarHeader(ReadOnlySpan<byte> block)
{
    /// <summary>The unit of the format.</summary>
    public const int BlockBytes = 512;

    private const int ChecksumOffset = 148;
    private const int ChecksumLength = 8;
    private const int SparseEntryBytes = 24;
    private readonly ReadOnlySpan<byte> _block = block;

    /// <summary>The type flag.</summary>
    public char Type => (char)_block[156];

    public string Name => Prefix is { Length: > 0 } prefix ? $"{prefix}/{Text(0, 100)}" : Text(0, 100);

    public string Link => Text(157, 100);

    public long? Mode => Number(100, 8);

    public long? Uid => Number(108, 8);

    public long? Gid => Number(116, 8);

    /// <summary>Bytes of content that follow, without padding.</summary>
    public long? Size => Number(124, 12);

    /// <summary>Seconds since 1970; before it, negative.</summary>
    public long? ModifiedSeconds => Number(136, 12);

    public long? DeviceMajor => Number(329, 8);

    public long? DeviceMinor => Number(337, 8);

    /// <summary>Whether the block is GNU's own: its magic ends in blanks, and other fields stand where ustar has a prefix.</summary>
    public bool IsGnu => _block.Slice(257, 8).SequenceEqual("ustar  \0"u8);

    /// <summary>GNU sparse: the size with the holes.</summary>
    public long? SparseRealSize => Number(483, 12);

    /// <summary>GNU sparse: whether a block with more of the map follows.</summary>
    public bool SparseContinues => _block[482] != 0;

    private bool IsUstar => _block.Slice(257, 5).SequenceEqual("ustar"u8);

    // star keeps two times behind a shorter prefix.
    private bool IsStar => _block.Slice(508, 4).SequenceEqual("tar\0"u8) && _block[475] == 0;

    private string Prefix => IsUstar && !IsGnu ? Text(345, IsStar ? 131 : 155) : "";

    /// <summary>Whether the block carries the sum of its own bytes: octal, with the field itself taken as blanks.</summary>
    public bool HasChecksum
    {
        get
        {
            var written = _block.Slice(ChecksumOffset, ChecksumLength);
            if (written.Trim(" \0"u8).IsEmpty || ParseNumber(written) is not { } expected)
            {
                return false;
            }

            // Some old programs took bytes as signed.
            long sum = ' ' * ChecksumLength, signed = sum;
            for (var i = 0; i < BlockBytes; i++)
            {
                if (i is < ChecksumOffset or >= ChecksumOffset + ChecksumLength)
                {
                    sum += _block[i];
                    signed += (sbyte)_block[i];
                }
            }

            return expected == sum || expected == signed;
        }
    }

    /// <summary>GNU sparse: what the header itself has of the map, up to four pieces.</summary>
    public bool TryReadSparse(List<SparsePiece> map) => TryReadSparse(_block, 386, 4, map);

    /// <summary>GNU sparse: a block with 21 more pieces, and whether yet another one follows.</summary>
    public static bool TryReadSparseExtension(ReadOnlySpan<byte> block, List<SparsePiece> map, out bool continues)
    {
        continues = block[504] != 0;
        return TryReadSparse(block, 0, 21, map);
    }

    private static bool TryReadSparse(ReadOnlySpan<byte> block, int start, int count, List<SparsePiece> map)
    {
        for (var i = 0; i < count; i++)
        {
            var piece = block.Slice(start + (i * SparseEntryBytes), SparseEntryBytes);
            if (piece[12] == 0)
            {
                // The rest is unused.
                return true;
            }

            if (ParseNumber(piece[..12]) is not { } offset || ParseNumber(piece[12..]) is not { } length)
            {
                return false;
            }

            map.Add(new SparsePiece(offset, length));
        }

        return true;
    }

    private string Text(int offset, int length)
    {
        var field = _block.Slice(offset, length);
        var end = field.IndexOf((byte)0);
        return ByteText.From(end < 0 ? field : field[..end]);
    }

    private long? Number(int offset, int length) => ParseNumber(_block.Slice(offset, length));

    // Octal digits between blanks, nothing at all for zero, or behind a flag in the first byte a big-endian binary number with sign.
    private static long? ParseNumber(ReadOnlySpan<byte> field)
    {
        if (field[0] is 0x80 or 0xff)
        {
            var fill = field[0] == 0xff ? (byte)0xff : (byte)0;
            Span<byte> wide = stackalloc byte[12];
            wide.Fill(fill);
            field[1..].CopyTo(wide[(13 - field.Length)..]);
            var value = BinaryPrimitives.ReadInt64BigEndian(wide[4..]);
            return wide[..4].ContainsAnyExcept(fill) || value < 0 != (fill != 0) ? null : value;
        }

        var digits = field.TrimStart(" \0"u8);
        var end = digits.IndexOfAny((byte)' ', (byte)0);
        if (end >= 0 && digits[end..].ContainsAnyExcept(" \0"u8))
        {
            return null;
        }

        long result = 0;
        foreach (var digit in end < 0 ? digits : digits[..end])
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                return null;
            }

            result = (result * 8) + (digit - '0');
        }

        return result;
    }
}
