using System.Buffers.Binary;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Tests.Campaign;

namespace Rx.Vm.Tests.Fuzz.Targets;

/// <summary>The frames of the streams channel.</summary>
internal sealed class TtyTarget() : FrameTarget(TtyFrame.HeaderSize, WireLimits.TtyPayloadToHost + TtyFrame.HeaderSize)
{
    public override string Name => "tty";

    protected override IEnumerable<string> Dictionary =>
    [
        "\0\0\0\0\0\0\0\u0001\0\0\0\u000c", "\0\0\0\0\0\0\0\u0002\0\0\0\u0010\0\0\0\0", "\0\0\0\0\0\0\0\u0003\0\0\0\u0011hello",
        "\0\0\0\0", "\n",
    ];

    public override void Generate(ref Dice dice, FuzzInput input)
    {
        for (var count = 1 + dice.Below(8); count > 0; count--)
        {
            var at = input.Length;
            input.Append(new byte[TtyFrame.HeaderSize]);
            for (var left = dice.Below(dice.OneIn(8) ? 600 : 12); left > 0; left--)
            {
                input.Append((byte)dice.Next());
            }

            if (input.Length - at >= TtyFrame.HeaderSize)
            {
                TtyFrame.WriteHeader(input.Bytes[at..], (ulong)dice.Below(4), input.Length - at - TtyFrame.HeaderSize);
            }
        }
    }

    protected override int Scan(byte cuts, ReadOnlySpan<byte> input, bool fault, int rest)
    {
        var scanner = new TtyFrameScanner(WireLimits.TtyPayloadToHost);
        var (found, received, copied, capacity) = (0, 0, 0, 0);
        Meaning = 0;
        var last = FrameScan.NeedMore;
        var pieces = new Cuts(cuts, input);
        while (last == FrameScan.NeedMore && pieces.Next(out var piece))
        {
            received += piece.Length;
            while ((last = scanner.Next(ref piece, out var frame)) == FrameScan.Frame)
            {
                var header = Compare(found++, input, frame.Payload);
                FuzzFailure.UnlessEqual(BinaryPrimitives.ReadUInt64BigEndian(header), frame.Session, "session");
                FuzzFailure.UnlessEqual(frame.Payload.Length == 4, TtyFrame.TryReadExit(frame.Payload, out _), "exit frame");
                Meaning |= frame.Payload.Length switch { 0 => 1u, 4 => 2, _ => 4 };
            }

            copied += scanner.Capacity > capacity ? capacity : 0;
            capacity = scanner.Capacity;
            CheckMemory(received, capacity, copied);
        }

        FuzzFailure.UnlessEqual(fault, scanner.Fault is not null, "fault");
        FuzzFailure.UnlessEqual(rest, scanner.Pending, "bytes of an unfinished frame");
        return found;
    }
}
