using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Tests.Teeth.Rules;

/// <summary>What the frames of the control channel promise.</summary>
internal static class ControlFrameRules
{
    private const int Most = 64;

    public static void AFrameIsWrittenAsTheProtocolSays() => Assert.Equal(
        [0, 0, 0, (byte)GuestCode.Ack, 0, 0, 0, 11, 1, 2, 3], ControlFrame.Encode(GuestCode.Ack, [1, 2, 3]));

    public static void AFrameIsReadAsTheProtocolSays()
    {
        byte[] bytes = [0, 0, 0, (byte)GuestCode.Ack, 0, 0, 0, 11, 1, 2, 3];
        Assert.Equal(["Ack 010203"], Scan(bytes, bytes.Length));
        Assert.True(ControlFrame.TryReadHeader(bytes, out var code, out var length));
        Assert.Equal((GuestCode.Ack, 11u), (code, length));
    }

    public static void AnEmptyPayloadIsAFrame() => Assert.Equal(["Ack "], Scan(ControlFrame.Encode(GuestCode.Ack), 100));

    public static void TheLongestFrameIsTaken() =>
        Assert.Equal([$"Ack {new string('0', 2 * (Most - 8))}"], Scan(ControlFrame.Encode(GuestCode.Ack, new byte[Most - 8]), 100));

    public static void ALongerFrameIsRefused()
    {
        foreach (var over in (int[])[1, 2, 100])
        {
            Assert.Equal(["fault"], Scan(ControlFrame.Encode(GuestCode.Ack, new byte[Most - 8 + over]), 8));
        }
    }

    public static void ALengthBelowTheHeaderIsRefused() => Assert.Equal(["fault"], Scan([0, 0, 0, 1, 0, 0, 0, 7, 0, 0], 100));

    public static void NothingIsReadBehindAFault()
    {
        foreach (byte length in (byte[])[0, 7, 65])
        {
            var scanner = new ControlFrameScanner(Most);
            ReadOnlySpan<byte> broken = [0, 0, 0, 1, 0, 0, 0, length];
            ReadOnlySpan<byte> sound = ControlFrame.Encode(GuestCode.Ack);
            Assert.Equal(FrameScan.Fault, scanner.Next(ref broken, out _));
            Assert.Equal(FrameScan.Fault, scanner.Next(ref sound, out _));
        }
    }

    public static void FramesMayBeCutAnywhere()
    {
        byte[] bytes = [.. ControlFrame.Encode(GuestCode.Ack, [1, 2, 3]), .. ControlFrame.Encode(GuestCode.Next, [0, 0, 0, 9])];
        for (var size = 1; size <= bytes.Length; size++)
        {
            Assert.Equal(["Ack 010203", "Next 00000009"], Scan(bytes, size));
        }
    }

    public static void MemoryFollowsWhatCame()
    {
        var scanner = new ControlFrameScanner(1 << 20);
        ReadOnlySpan<byte> input = [0, 0, 0, 1, 0, 0x0F, 0, 0, 1, 2];
        scanner.Next(ref input, out _);
        Assert.InRange(scanner.Capacity, 0, WireLimits.BufferFloor);
    }

    public static void AHugeFramesBufferIsNotKept()
    {
        var scanner = new ControlFrameScanner(1 << 22);
        ReadOnlySpan<byte> whole = ControlFrame.Encode(GuestCode.Ack, new byte[1 << 21]);
        var begin = whole[..100];
        var rest = whole[100..];
        scanner.Next(ref begin, out _);
        Assert.Equal(FrameScan.Frame, scanner.Next(ref rest, out _));
        scanner.Next(ref rest, out _);
        Assert.InRange(scanner.Capacity, 0, WireLimits.BufferKept);
    }

    public static void ACutShows()
    {
        var scanner = new ControlFrameScanner(Most);
        ReadOnlySpan<byte> input = [0, 0, 0];
        scanner.Next(ref input, out _);
        Assert.Equal(3, scanner.Pending);
    }

    public static void CreditIsFourBytes()
    {
        Assert.True(ControlFrame.TryReadNext([0, 0, 1, 0], out var bytes));
        Assert.Equal(256u, bytes);
        Assert.False(ControlFrame.TryReadNext([0, 0, 1], out _));
        Assert.False(ControlFrame.TryReadNext([0, 0, 1, 0, 0], out _));
    }

    public static void ExitCodesAreBounded() =>
        Assert.Equal(WireLimits.ExitCodes, ControlFrame.ReadExitCodes(new byte[4 * WireLimits.ExitCodes + 40]).Length);

    public static void ExitCodesComeBack() =>
        Assert.Equal([0, -1, 137], ControlFrame.ReadExitCodes([.. ControlFrame.EncodeExitCodes([0, -1, 137]), 9, 9]));

    private static List<string> Scan(byte[] bytes, int size)
    {
        var scanner = new ControlFrameScanner(Most);
        var found = new List<string>();
        for (var at = 0; at < bytes.Length; at += size)
        {
            ReadOnlySpan<byte> input = bytes.AsSpan(at, Math.Min(size, bytes.Length - at));
            FrameScan scan;
            while ((scan = scanner.Next(ref input, out var frame)) == FrameScan.Frame)
            {
                found.Add($"{frame.Code} {Convert.ToHexStringLower(frame.Payload)}");
                Assert.True(found.Count <= bytes.Length, "frames without bytes");
            }

            if (scan == FrameScan.Fault)
            {
                found.Add("fault");
                break;
            }
        }

        return found;
    }
}
