using System.Buffers.Binary;

namespace Rx.Vm.Images.Boot;

/// <summary>
/// Decodes one raw LZ4 block: sequences of a token, literals, and a copy from what was already written. The input is not trusted:
/// every length is checked against both buffers before anything is copied.
/// </summary>
internal static class Lz4Block
{
    private const int MinMatch = 4;
    private const int LongLength = 15;

    /// <summary>Decodes a whole block.</summary>
    /// <returns>How much of the target was filled, or -1 when the block is malformed or does not fit.</returns>
    public static int Decode(ReadOnlySpan<byte> source, Span<byte> target)
    {
        var read = 0;
        var written = 0;
        while (read < source.Length)
        {
            var token = source[read++];
            if (!TryLength(source, ref read, token >> 4, out var literals)
                || literals > source.Length - read
                || literals > target.Length - written)
            {
                return -1;
            }

            source.Slice(read, literals).CopyTo(target[written..]);
            read += literals;
            written += literals;
            if (read == source.Length)
            {
                // The last sequence is literals only.
                return written;
            }

            if (source.Length - read < 2)
            {
                return -1;
            }

            var distance = BinaryPrimitives.ReadUInt16LittleEndian(source[read..]);
            read += 2;
            if (!TryLength(source, ref read, token & 0xf, out var match)
                || distance == 0
                || distance > written
                || match > target.Length - written - MinMatch)
            {
                return -1;
            }

            CopyMatch(target, written, distance, match + MinMatch);
            written += match + MinMatch;
        }

        return -1;
    }

    private static void CopyMatch(Span<byte> target, int position, int distance, int length)
    {
        if (distance >= length)
        {
            target.Slice(position - distance, length).CopyTo(target[position..]);
            return;
        }

        // The copy may overlap what it writes: that is how a run is expressed, so it goes forward byte by byte.
        for (var i = position; i < position + length; i++)
        {
            target[i] = target[i - distance];
        }
    }

    // 15 means that more bytes follow, each 255 that yet another does. The sum stays far below overflow: one byte adds at most 255.
    private static bool TryLength(ReadOnlySpan<byte> source, ref int read, int nibble, out int length)
    {
        length = nibble;
        if (nibble != LongLength)
        {
            return true;
        }

        byte more;
        do
        {
            if (read == source.Length || length > int.MaxValue - 512)
            {
                return false;
            }

            more = source[read++];
            length += more;
        }
        while (more == byte.MaxValue);
        return true;
    }
}
