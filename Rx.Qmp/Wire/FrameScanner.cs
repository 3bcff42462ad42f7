using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Rx.Qmp.Wire;

/// <summary>
/// Finds the end of one JSON object in a byte stream by strings and nesting alone, so pretty output, touching objects and
/// missing newlines are all ordinary (P4, P5). It resumes: bytes are handed in once, in order, cut anywhere.
/// </summary>
/// <remarks>
/// Works on 64 bytes at a time: quotes, backslashes and brackets become bit masks, a running exclusive-or of the quote bits says
/// what lies inside strings, and only a block in which the depth may reach zero (or the limit) is walked bit by bit. There is no
/// search for newlines: this pass has to be made anyway and a newline proves nothing. Whether the object is valid JSON is the
/// header reader's business.
/// </remarks>
internal struct FrameScanner(int maxDepth)
{
    private const int BlockBytes = 64;

    private int _depth;
    private bool _inString;
    private bool _nextIsEscaped;

    /// <summary>Bytes loaded so far, counting those of a block again when the next message begins inside it (at most 63 a
    /// message).</summary>
    public long BytesLookedAt { get; private set; }

    /// <summary>True between two messages.</summary>
    public readonly bool IsIdle => _depth == 0;

    /// <summary>Looks at bytes not seen before. The first byte after a message must not be white space.</summary>
    /// <param name="fresh">The bytes that follow those of the last call.</param>
    /// <param name="used">How many of them belong to the current message.</param>
    public FrameScanStatus Scan(ReadOnlySpan<byte> fresh, out int used)
    {
        used = 0;
        if (_depth == 0 && !fresh.IsEmpty && fresh[0] != (byte)'{')
        {
            return FrameScanStatus.NotAnObject;
        }

        while (used < fresh.Length)
        {
            int length = Math.Min(BlockBytes, fresh.Length - used);
            BytesLookedAt += length;
            var status = ScanBlock(ReadMasks(fresh.Slice(used, length)), length, out int end);
            used += end;
            if (status != FrameScanStatus.NeedMore)
            {
                return status;
            }
        }

        return FrameScanStatus.NeedMore;
    }

    private FrameScanStatus ScanBlock(in BlockMasks masks, int length, out int end)
    {
        ulong escaped = TakeEscapes(masks.Backslashes, length);
        ulong inside = PrefixXor(masks.Quotes & ~escaped) ^ (_inString ? ulong.MaxValue : 0);
        _inString = (inside >> (length - 1) & 1) != 0;
        ulong opens = masks.Opens & ~inside;
        ulong closes = masks.Closes & ~inside;
        int up = BitOperations.PopCount(opens);
        int down = BitOperations.PopCount(closes);
        if (_depth > down && _depth + up <= maxDepth)
        {
            _depth += up - down;
            end = length;
            return FrameScanStatus.NeedMore;
        }

        return Walk(opens, closes, length, out end);
    }

    private FrameScanStatus Walk(ulong opens, ulong closes, int length, out int end)
    {
        for (ulong both = opens | closes; both != 0; both &= both - 1)
        {
            int bit = BitOperations.TrailingZeroCount(both);
            end = bit + 1;
            if ((opens >> bit & 1) != 0)
            {
                if (++_depth > maxDepth)
                {
                    return FrameScanStatus.TooDeep;
                }
            }
            else if (--_depth == 0)
            {
                _inString = false;
                _nextIsEscaped = false;
                return FrameScanStatus.Frame;
            }
        }

        end = length;
        return FrameScanStatus.NeedMore;
    }

    /// <summary>The bytes that follow an unescaped backslash; remembers whether the byte after this block is one of them.</summary>
    private ulong TakeEscapes(ulong backslashes, int length)
    {
        ulong escaped = _nextIsEscaped ? 1UL : 0;
        _nextIsEscaped = false;
        for (ulong rest = backslashes & ~escaped; rest != 0; rest &= rest - 1)
        {
            int next = BitOperations.TrailingZeroCount(rest) + 1;
            if (next == length)
            {
                _nextIsEscaped = true;
                break;
            }

            escaped |= 1UL << next;
            rest &= ~(1UL << next);
        }

        return escaped;
    }

    /// <summary>Bit n of the result is the parity of bits 0..n: set from an opening quote up to the byte before the closing one.</summary>
    private static ulong PrefixXor(ulong bits)
    {
        bits ^= bits << 1;
        bits ^= bits << 2;
        bits ^= bits << 4;
        bits ^= bits << 8;
        bits ^= bits << 16;
        return bits ^ bits << 32;
    }

    private static BlockMasks ReadMasks(ReadOnlySpan<byte> block)
    {
        if (block.Length == BlockBytes)
        {
            return ReadWholeBlock(ref MemoryMarshal.GetReference(block));
        }

        Span<byte> padded = stackalloc byte[BlockBytes];
        block.CopyTo(padded);
        return ReadWholeBlock(ref MemoryMarshal.GetReference(padded));
    }

    private static BlockMasks ReadWholeBlock(ref byte first)
    {
        var low = ReadHalf(Vector256.LoadUnsafe(ref first));
        var high = ReadHalf(Vector256.LoadUnsafe(ref first, 32));
        return new BlockMasks(
            low.Quotes | high.Quotes << 32,
            low.Backslashes | high.Backslashes << 32,
            low.Opens | high.Opens << 32,
            low.Closes | high.Closes << 32);
    }

    private static BlockMasks ReadHalf(Vector256<byte> bytes)
    {
        // '[' and '{', ']' and '}' differ only in bit 5, and no other byte meets them when that bit is set.
        var folded = bytes | Vector256.Create((byte)0x20);
        return new BlockMasks(
            Vector256.Equals(bytes, Vector256.Create((byte)'"')).ExtractMostSignificantBits(),
            Vector256.Equals(bytes, Vector256.Create((byte)'\\')).ExtractMostSignificantBits(),
            Vector256.Equals(folded, Vector256.Create((byte)'{')).ExtractMostSignificantBits(),
            Vector256.Equals(folded, Vector256.Create((byte)'}')).ExtractMostSignificantBits());
    }

    private readonly record struct BlockMasks(ulong Quotes, ulong Backslashes, ulong Opens, ulong Closes);
}
