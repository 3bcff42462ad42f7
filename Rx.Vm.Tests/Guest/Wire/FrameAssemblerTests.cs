using System.Buffers.Binary;
using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Tests.Guest.Wire;

/// <summary>What the assembler believes and how much it holds, at the very edges.</summary>
public class FrameAssemblerTests
{
    private const int Header = 8;

    private readonly FrameAssembler _assembler = new(Header, 1 << 20);

    [Theory]
    [InlineData(Header - 1, false)]
    [InlineData(Header, true)]
    [InlineData(1 << 20, true)]
    [InlineData((1 << 20) + 1, false)]
    public void A_length_is_believed_from_its_header_to_its_limit(int declared, bool isBelieved)
    {
        foreach (var pieces in new[] { 1, 3 })
        {
            var assembler = new FrameAssembler(Header, 1 << 20);
            var last = FrameScan.NeedMore;
            for (var piece = 0; piece < pieces; piece++)
            {
                var bytes = Frame(declared, Header);
                ReadOnlySpan<byte> input = bytes.AsSpan(piece * Header / pieces, ((piece + 1) * Header / pieces) - (piece * Header / pieces));
                last = assembler.Next(ref input, out _);
            }

            Assert.Equal(!isBelieved ? FrameScan.Fault : declared == Header ? FrameScan.Frame : FrameScan.NeedMore, last);
            Assert.Equal(isBelieved ? null : new FrameFault((uint)declared, Header, 1 << 20), assembler.Fault);
            if (!isBelieved)
            {
                Assert.Equal((0, 0), (assembler.Pending, assembler.Capacity));
            }
        }
    }

    [Fact]
    public void After_a_fault_nothing_is_read_any_more()
    {
        ReadOnlySpan<byte> input = Frame(3, Header);
        Assert.Equal(FrameScan.Fault, _assembler.Next(ref input, out _));
        Assert.Equal(Header, input.Length);
        input = Frame(10, 10);
        Assert.Equal(FrameScan.Fault, _assembler.Next(ref input, out var frame));
        Assert.Equal((10, 0), (input.Length, frame.Length));
    }

    [Fact]
    public void A_buffer_grows_with_what_has_arrived_and_never_past_the_frame()
    {
        var bytes = Frame(100_000, 100_000);
        Assert.Equal(4096, Feed(bytes, 0, 3));
        Assert.Equal(4096, Feed(bytes, 3, 4096));
        Assert.Equal(10_000, Feed(bytes, 4096, 5000));
        Assert.Equal(10_000, Feed(bytes, 5000, 10_000));
        Assert.Equal(100_000, Feed(bytes, 10_000, 60_000));
        Assert.Equal(60_000, _assembler.Pending);
        ReadOnlySpan<byte> rest = bytes.AsSpan(60_000);
        Assert.Equal(FrameScan.Frame, _assembler.Next(ref rest, out var frame));
        Assert.True(frame.SequenceEqual(bytes));
        Assert.Equal(0, _assembler.Pending);
    }

    [Fact]
    public void A_small_frame_takes_the_floor_and_no_more()
    {
        var bytes = Frame(5000, 5000);
        Assert.Equal(4096, Feed(bytes, 0, 10));
        Assert.Equal(5000, Feed(bytes, 10, 4500));
    }

    [Theory]
    [InlineData(WireLimits.BufferKept, WireLimits.BufferKept)]
    [InlineData(WireLimits.BufferKept + 1, 0)]
    public void A_buffer_is_kept_up_to_a_limit_once_its_frame_was_taken(int length, int kept)
    {
        var bytes = Frame(length, length);
        Feed(bytes, 0, length - 1);
        ReadOnlySpan<byte> rest = bytes.AsSpan(length - 1);
        Assert.Equal(FrameScan.Frame, _assembler.Next(ref rest, out _));
        Assert.Equal(length, _assembler.Capacity);
        rest = [];
        Assert.Equal(FrameScan.NeedMore, _assembler.Next(ref rest, out _));
        Assert.Equal(kept, _assembler.Capacity);
    }

    [Fact]
    public void Whole_frames_are_handed_out_of_the_input_itself()
    {
        ReadOnlySpan<byte> input = (byte[])[.. Frame(10, 10), .. Frame(12, 12), .. Frame(20, 15)];
        Assert.Equal(FrameScan.Frame, _assembler.Next(ref input, out var first));
        Assert.Equal((10, 27), (first.Length, input.Length));
        Assert.Equal(FrameScan.Frame, _assembler.Next(ref input, out var second));
        Assert.Equal((12, 15, 0), (second.Length, input.Length, _assembler.Capacity));
        Assert.Equal(FrameScan.NeedMore, _assembler.Next(ref input, out _));
        Assert.Equal((0, 15), (input.Length, _assembler.Pending));
    }

    [Fact]
    public void A_frame_of_nothing_but_its_header_needs_no_buffer()
    {
        ReadOnlySpan<byte> input = Frame(Header, Header);
        Assert.Equal(FrameScan.Frame, _assembler.Next(ref input, out _));
        Assert.Equal(0, _assembler.Capacity);
    }

    [Theory]
    [InlineData(3, "frame length 3 is below its header's 8 bytes")]
    [InlineData(8, "frame length 8 is over the limit of 20 bytes")]
    [InlineData(21, "frame length 21 is over the limit of 20 bytes")]
    public void A_fault_says_which_side_it_is_on(uint declared, string words) => Assert.Equal(words, new FrameFault(declared, 8, 20).ToString());

    private static byte[] Frame(int declared, int length)
    {
        var bytes = new byte[length];
        new Random(declared).NextBytes(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(Header - 4), (uint)declared);
        return bytes;
    }

    private int Feed(byte[] bytes, int from, int to)
    {
        ReadOnlySpan<byte> input = bytes.AsSpan(from, to - from);
        Assert.Equal(FrameScan.NeedMore, _assembler.Next(ref input, out _));
        Assert.Equal(0, input.Length);
        return _assembler.Capacity;
    }
}
