using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Rx.Qmp.Wire;

/// <summary>
/// Finds the end of one JSON object in a byte stream by strings and nesting alone, so pretty output, touching objects and
/// missing newlines are all ordinary. It resumes: bytes are handed in once, in order, cut anywhere.
/// </summary>
/// <remarks>
/// Works on 64 bytes at a time: quotes, backslashes and brackets become bit masks, a running exclusive-or of the quote bits says
/// what lies inside strings, and only a block in which the depth may reach zero (or the limit) is walked bit by bit. The masks of what
/// follows the end of a message are kept for the next one, so no byte is looked at twice. There is no search for newlines: this pass
/// has to be made anyway and a newline proves nothing. Whether the object is valid JSON is the header reader's business.
/// </remarks>
internal struct FrameScanner(int maxDepth)
{
    private const int BlockBytes = 64;

    private int _depth;
    private bool _inString;
    private bool _nextIsEscaped;

    // Of the bytes that were looked at but belong to no message yet: how many, and the brackets among them.
    private int _ahead;
    private ulong _opens;
    private ulong _closes;

    /// <summary>Bytes looked at so far.</summary>
    public long BytesLookedAt { get; private set; }

    /// <summary>True between two messages.</summary>
    public readonly bool IsIdle => _depth == 0;

    /// <summary>Passes over white space between two messages.</summary>
    /// <param name="count">How many bytes.</param>
    public void Skip(int count)
    {
        var known = Math.Min(count, _ahead);

        // By a whole block nothing is shifted, but of what is left of none nothing is read.
        _ahead -= known;
        _opens >>= known;
        _closes >>= known;
    }

    /// <summary>Finds the end of the current message. The first byte after a message must not be white space.</summary>
    /// <param name="rest">The bytes that follow those used or skipped before, among them all that were handed in then.</param>
    /// <param name="used">How many of them belong to the current message.</param>
    public FrameScanStatus Scan(ReadOnlySpan<byte> rest, out int used)
    {
        used = 0;
        if (_depth == 0 && !rest.IsEmpty && rest[0] != (byte)'{')
        {
            return FrameScanStatus.NotAnObject;
        }

        while (used < rest.Length)
        {
            if (_ahead == 0)
            {
                LookAt(rest[used..]);
            }

            var status = Walk(out var end);
            used += end;
            if (status != FrameScanStatus.NeedMore)
            {
                return status;
            }
        }

        return FrameScanStatus.NeedMore;
    }

    /// <summary>The same as <see cref="PrefixXor"/>, for processors that cannot do it at once.</summary>
    internal static ulong PrefixXorInSteps(ulong bits)
    {
        bits ^= bits << 1;
        bits ^= bits << 2;
        bits ^= bits << 4;
        bits ^= bits << 8;
        bits ^= bits << 16;
        return bits ^ bits << 32;
    }

    /// <summary>Makes the masks of the next block.</summary>
    private void LookAt(ReadOnlySpan<byte> rest)
    {
        var length = Math.Min(BlockBytes, rest.Length);
        BytesLookedAt += length;
        var masks = ReadMasks(rest[..length]);
        var escaped = _nextIsEscaped || masks.Backslashes != 0 ? TakeEscapes(masks.Backslashes, length) : 0;
        var inside = PrefixXor(masks.Quotes & ~escaped) ^ (_inString ? ulong.MaxValue : 0);
        _inString = (inside >> (length - 1) & 1) != 0;
        _ahead = length;
        _opens = masks.Opens & ~inside;
        _closes = masks.Closes & ~inside;
    }

    /// <summary>Goes through the brackets at hand, to the end of the message or of the block.</summary>
    private FrameScanStatus Walk(out int end)
    {
        var up = BitOperations.PopCount(_opens);
        var down = BitOperations.PopCount(_closes);
        if (_depth > down && _depth + up <= maxDepth)
        {
            _depth += up - down;
            end = _ahead;
            _ahead = 0;
            return FrameScanStatus.NeedMore;
        }

        for (var both = _opens | _closes; both != 0; both &= both - 1)
        {
            var bit = BitOperations.TrailingZeroCount(both);
            if ((_opens >> bit & 1) != 0)
            {
                if (++_depth > maxDepth)
                {
                    end = bit + 1;
                    return FrameScanStatus.TooDeep;
                }
            }
            else if (--_depth == 0)
            {
                end = bit + 1;
                Skip(end);
                return FrameScanStatus.Frame;
            }
        }

        end = _ahead;
        _ahead = 0;
        return FrameScanStatus.NeedMore;
    }

    /// <summary>The bytes that follow an unescaped backslash; remembers whether the byte after this block is one of them.</summary>
    private ulong TakeEscapes(ulong backslashes, int length)
    {
        var escaped = _nextIsEscaped ? 1UL : 0;
        _nextIsEscaped = false;
        for (var rest = backslashes & ~escaped; rest != 0; rest &= rest - 1)
        {
            var next = BitOperations.TrailingZeroCount(rest) + 1;
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
    private static ulong PrefixXor(ulong bits) =>

        // A product without carries by all ones is the same sum.
        Pclmulqdq.IsSupported
            ? Pclmulqdq.CarrylessMultiply(Vector128.CreateScalar(bits), Vector128<ulong>.AllBitsSet, 0).ToScalar()
            : PrefixXorInSteps(bits);

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
