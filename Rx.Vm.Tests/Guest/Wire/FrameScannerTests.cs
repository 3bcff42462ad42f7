using System.Buffers.Binary;
using System.Security.Cryptography;
using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Tests.Guest.Wire;

/// <summary>Both scanners: every cut, every bad length, bounded memory.</summary>
public class FrameScannerTests
{
    private static readonly byte[][] ControlSamples =
    [
        ControlFrame.Encode(GuestCode.Ready),
        ControlFrame.Encode(GuestCode.Ready, new GuestFeatures("rxvm", 1, GuestFeature.All).ToPayload()),
        ControlFrame.Encode(GuestCode.Ack),
        ControlFrame.Encode(GuestCode.Error, "no such user"u8),
        ControlFrame.EncodeNext(512),
        ControlFrame.EncodeFinishPod([0, 137, -1]),
        ControlFrame.Encode((GuestCode)0xFFFFFFFF, [1]),
    ];

    private static readonly byte[][] TtySamples =
    [
        TtyFrame.Encode(1, "hello"u8),
        TtyFrame.Encode(ulong.MaxValue, [0]),
        TtyFrame.Encode(7),
        TtyFrame.EncodeExit(7, 255),
        TtyFrame.Encode(3, Enumerable.Range(0, 300).Select(i => (byte)i).ToArray()),
    ];

    [Fact]
    public void Every_control_sample_cut_in_two_anywhere_is_the_same_frames()
    {
        var all = ControlSamples.SelectMany(s => s).ToArray();
        var whole = ScanControl([all]);
        Assert.Equal(ControlSamples.Length, whole.Count);
        for (var cut = 0; cut <= all.Length; cut++)
        {
            Assert.Equal(whole, ScanControl([all[..cut], all[cut..]]));
        }
    }

    [Fact]
    public void Every_control_sample_cut_in_three_anywhere_is_the_same_frame()
    {
        foreach (var sample in ControlSamples)
        {
            var whole = ScanControl([sample]);
            for (var a = 0; a <= sample.Length; a++)
            {
                for (var b = a; b <= sample.Length; b++)
                {
                    Assert.Equal(whole, ScanControl([sample[..a], sample[a..b], sample[b..]]));
                }
            }
        }
    }

    [Fact]
    public void Every_tty_sample_cut_in_two_anywhere_or_byte_by_byte_is_the_same_frames()
    {
        var all = TtySamples.SelectMany(s => s).ToArray();
        var whole = ScanTty([all]);
        Assert.Equal(TtySamples.Length, whole.Count);
        for (var cut = 0; cut <= all.Length; cut++)
        {
            Assert.Equal(whole, ScanTty([all[..cut], all[cut..]]));
        }

        Assert.Equal(whole, ScanTty(all.Select(b => new[] { b })));
    }

    [Fact]
    public void A_frame_that_lies_whole_in_the_input_is_a_slice_of_it()
    {
        var bytes = ControlFrame.Encode(GuestCode.Error, "text"u8);
        var scanner = new ControlFrameScanner(100);
        ReadOnlySpan<byte> input = bytes;
        Assert.Equal(FrameScan.Frame, scanner.Next(ref input, out var frame));
        Assert.True(frame.Payload.Overlaps(bytes, out var offset));
        Assert.Equal(-ControlFrame.HeaderSize, offset);
        Assert.Equal(0, scanner.Capacity);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(7u)]
    [InlineData(101u)]
    [InlineData(0x80000000u)]
    [InlineData(0xFFFFFFFFu)]
    public void A_control_length_out_of_bounds_is_a_fault_as_soon_as_the_header_is_there_and_stays_one(uint length)
    {
        var header = new byte[ControlFrame.HeaderSize];
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), length);
        for (var cut = 0; cut < header.Length; cut++)
        {
            var scanner = new ControlFrameScanner(100);
            ReadOnlySpan<byte> input = header.AsSpan(0, cut);
            Assert.Equal(FrameScan.NeedMore, scanner.Next(ref input, out _));
            input = header.AsSpan(cut);
            Assert.Equal(FrameScan.Fault, scanner.Next(ref input, out _));
            Assert.Equal(new FrameFault(length, 8, 100), scanner.Fault);
            Assert.Equal(0, scanner.Capacity);
            input = ControlFrame.Encode(GuestCode.Ack);
            Assert.Equal(FrameScan.Fault, scanner.Next(ref input, out _));
        }
    }

    [Theory]
    [InlineData(11u, "below its header's 12 bytes")]
    [InlineData(65537u, "over the limit of 65536 bytes")]
    public void A_tty_length_out_of_bounds_is_a_fault_that_names_the_bound(uint length, string text)
    {
        var header = new byte[TtyFrame.HeaderSize];
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(8), length);
        var scanner = new TtyFrameScanner(WireLimits.TtyPayloadToHost);
        ReadOnlySpan<byte> input = header;
        Assert.Equal(FrameScan.Fault, scanner.Next(ref input, out _));
        Assert.EndsWith(text, scanner.Fault.ToString());
    }

    [Fact]
    public void The_largest_frames_are_legal()
    {
        var control = ControlFrame.Encode(GuestCode.Ack, new byte[WireLimits.ControlFrameToHost - ControlFrame.HeaderSize]);
        Assert.Single(ScanControl([control[..100], control[100..]]));
        Assert.Single(ScanTty([TtyFrame.Encode(1, new byte[WireLimits.TtyPayloadToHost])]));
    }

    [Fact]
    public void A_promise_of_16_MiB_costs_only_what_has_arrived()
    {
        var scanner = new ControlFrameScanner(WireLimits.ControlFrameToHost);
        var bytes = ControlFrame.Encode(GuestCode.Ack, new byte[WireLimits.ControlFrameToHost - ControlFrame.HeaderSize]);
        for (var received = 0; received < 200_000; received += 100)
        {
            ReadOnlySpan<byte> input = bytes.AsSpan(received, 100);
            Assert.Equal(FrameScan.NeedMore, scanner.Next(ref input, out _));
            Assert.Equal(received + 100, scanner.Pending);
            Assert.InRange(scanner.Capacity, received + 100, Math.Max(2 * (received + 100), WireLimits.BufferFloor));
        }
    }

    [Fact]
    public void The_buffer_of_a_huge_frame_is_given_back()
    {
        var scanner = new ControlFrameScanner(WireLimits.ControlFrameToHost);
        var bytes = ControlFrame.Encode(GuestCode.Ack, new byte[1 << 20]);
        ReadOnlySpan<byte> input = bytes.AsSpan(0, 10);
        Assert.Equal(FrameScan.NeedMore, scanner.Next(ref input, out _));
        input = bytes.AsSpan(10);
        Assert.Equal(FrameScan.Frame, scanner.Next(ref input, out _));
        Assert.True(scanner.Capacity > 1 << 20);
        Assert.Equal(FrameScan.NeedMore, scanner.Next(ref input, out _));
        Assert.Equal(0, scanner.Capacity);
    }

    [Fact]
    public void Random_frames_in_random_pieces_are_the_same_frames_in_bounded_memory()
    {
        var seed = Seeds.Of(34);
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var frames = Enumerable.Range(0, random.Next(1, 20)).Select(_ => RandomTty(random)).ToArray();
            var bytes = frames.SelectMany(f => f).ToArray();
            var pieces = Pieces(bytes, random).ToArray();
            Assert.True(ScanTty([bytes]).SequenceEqual(ScanTty(pieces)), $"seed {seed}, round {round}");
        }
    }

    [Fact]
    public void Random_bytes_end_in_frames_or_a_fault_in_bounded_memory()
    {
        var seed = Seeds.Of(35);
        var random = new Random(seed);
        for (var round = 0; round < 2000; round++)
        {
            var bytes = new byte[random.Next(1, 600)];
            random.NextBytes(bytes);
            // Mostly small lengths, or the first header would end nearly every round.
            for (var at = 4; at + 4 <= bytes.Length; at += random.Next(8, 40))
            {
                BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(at), (uint)random.Next(0, 60));
            }

            Assert.True(ScanControl([bytes]).SequenceEqual(ScanControl(Pieces(bytes, random))), $"seed {seed}, round {round}");
        }
    }

    private static byte[] RandomTty(Random random)
    {
        var payload = new byte[random.Next(10) == 0 ? random.Next(WireLimits.TtyPayloadToHost) : random.Next(40)];
        random.NextBytes(payload);
        return TtyFrame.Encode((ulong)random.NextInt64(), payload);
    }

    private static IEnumerable<byte[]> Pieces(byte[] bytes, Random random)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var count = Math.Min(bytes.Length - at, random.Next(4) == 0 ? random.Next(1, 5000) : random.Next(1, 20));
            yield return bytes[at..(at + count)];
            at += count;
        }
    }

    private static List<string> ScanControl(IEnumerable<byte[]> pieces)
    {
        var scanner = new ControlFrameScanner(WireLimits.ControlFrameToHost);
        var found = new List<string>();
        var received = 0L;
        foreach (var piece in pieces)
        {
            ReadOnlySpan<byte> input = piece;
            received += piece.Length;
            FrameScan scan;
            while ((scan = scanner.Next(ref input, out var frame)) == FrameScan.Frame)
            {
                found.Add($"{(uint)frame.Code} {Digest(frame.Payload)}");
            }

            Assert.True(scanner.Capacity <= Math.Max(4 * received, WireLimits.BufferFloor));
            if (scan == FrameScan.Fault)
            {
                found.Add(scanner.Fault.ToString()!);
                return found;
            }

            Assert.True(input.IsEmpty);
        }

        found.Add($"pending {scanner.Pending}");
        found.RemoveAll(f => f == "pending 0");
        return found;
    }

    private static List<string> ScanTty(IEnumerable<byte[]> pieces)
    {
        var scanner = new TtyFrameScanner(WireLimits.TtyPayloadToHost);
        var found = new List<string>();
        var received = 0L;
        foreach (var piece in pieces)
        {
            ReadOnlySpan<byte> input = piece;
            received += piece.Length;
            while (scanner.Next(ref input, out var frame) == FrameScan.Frame)
            {
                found.Add($"{frame.Session} {Digest(frame.Payload)}");
            }

            Assert.True(input.IsEmpty);
            Assert.True(scanner.Capacity >= scanner.Pending);
            Assert.True(scanner.Capacity <= Math.Max(4 * received, WireLimits.BufferFloor));
        }

        return found;
    }

    private static string Digest(ReadOnlySpan<byte> payload) =>
        payload.Length <= 64 ? Convert.ToHexString(payload) : $"{payload.Length}:{Convert.ToHexString(SHA256.HashData(payload))}";
}
