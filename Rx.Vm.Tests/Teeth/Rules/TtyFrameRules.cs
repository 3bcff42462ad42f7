using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Tests.Teeth.Rules;

/// <summary>What the frames of the streams channel promise.</summary>
internal static class TtyFrameRules
{
    private const int Most = 32;

    public static void AFrameIsWrittenAsTheProtocolSays() =>
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 14, 65, 66], TtyFrame.Encode(0x0102030405060708, "AB"u8));

    public static void AFrameIsReadAsTheProtocolSays() =>
        Assert.Equal(["102030405060708 4142"], Scan([1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 14, 65, 66], 100));

    public static void TheLongestPayloadIsTaken() =>
        Assert.Equal([$"1 {new string('0', 2 * Most)}"], Scan(TtyFrame.Encode(1, new byte[Most]), 100));

    public static void ALongerPayloadIsRefused() => Assert.Equal(["fault"], Scan(TtyFrame.Encode(1, new byte[Most + 1]), 100));

    public static void FramesMayBeCutAnywhere()
    {
        byte[] bytes = [.. TtyFrame.Encode(1, "abc"u8), .. TtyFrame.Encode(2), .. TtyFrame.Encode(1, "d"u8)];
        for (var size = 1; size <= bytes.Length; size++)
        {
            Assert.Equal(["1 616263", "2 ", "1 64"], Scan(bytes, size));
        }
    }

    public static void AnExitIsFourBytes()
    {
        Assert.True(TtyFrame.TryReadExit(TtyFrame.EncodeExit(1, -2).AsSpan(TtyFrame.HeaderSize), out var code));
        Assert.Equal(-2, code);
        Assert.False(TtyFrame.TryReadExit([0, 0, 1], out _));
        Assert.False(TtyFrame.TryReadExit([0, 0, 1, 0, 0], out _));
    }

    private static List<string> Scan(byte[] bytes, int size)
    {
        var scanner = new TtyFrameScanner(Most);
        var found = new List<string>();
        for (var at = 0; at < bytes.Length; at += size)
        {
            ReadOnlySpan<byte> input = bytes.AsSpan(at, Math.Min(size, bytes.Length - at));
            FrameScan scan;
            while ((scan = scanner.Next(ref input, out var frame)) == FrameScan.Frame)
            {
                found.Add($"{frame.Session:x} {Convert.ToHexStringLower(frame.Payload)}");
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
