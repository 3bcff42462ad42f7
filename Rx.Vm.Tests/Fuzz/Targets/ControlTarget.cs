using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Rx.Vm.Guest;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Tests.Campaign;
using Rx.Vm.Text;

namespace Rx.Vm.Tests.Fuzz.Targets;

/// <summary>The control channel's frames, and what the host reads out of each: credit, exit codes, READY, error texts.</summary>
internal sealed class ControlTarget() : FrameTarget(ControlFrame.HeaderSize, WireLimits.ControlFrameToHost)
{
    public override string Name => "control";

    public override int Cost => 2;

    protected override IEnumerable<string> Dictionary => ControlGrammar.Words;

    public override void Generate(ref Dice dice, FuzzInput input) => ControlGrammar.Frames(ref dice, input, Words);

    protected override int Scan(byte cuts, ReadOnlySpan<byte> input, bool fault, int rest)
    {
        var scanner = new ControlFrameScanner(WireLimits.ControlFrameToHost);
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
                FuzzFailure.UnlessEqual(BinaryPrimitives.ReadUInt32BigEndian(header), (uint)frame.Code, "code");
                Meaning |= Read(frame);
            }

            copied += scanner.Capacity > capacity ? capacity : 0;
            capacity = scanner.Capacity;
            CheckMemory(received, capacity, copied);
        }

        FuzzFailure.UnlessEqual(fault, scanner.Fault is not null, "fault");
        FuzzFailure.UnlessEqual(rest, scanner.Pending, "bytes of an unfinished frame");
        return found;
    }

    private static uint Read(ControlFrame frame)
    {
        switch (frame.Code)
        {
            case GuestCode.Next:
                FuzzFailure.UnlessEqual(frame.Payload.Length == 4, ControlFrame.TryReadNext(frame.Payload, out _), "NEXT");
                return 1;
            case GuestCode.FinishPod:
                var codes = ControlFrame.ReadExitCodes(frame.Payload);
                FuzzFailure.UnlessEqual(Math.Min(frame.Payload.Length / 4, WireLimits.ExitCodes), codes.Length, "exit codes");
                FuzzFailure.Unless(frame.Payload.StartsWith(ControlFrame.EncodeExitCodes(codes)));
                return 2;
            case GuestCode.Ready:
                return GuestFeatures.TryParse(frame.Payload, out _, out _) ? 4u : 8;
            case GuestCode.Error:
                CheckHarmless(CleanText.Of(frame.Payload, WireLimits.ErrorText), WireLimits.ErrorText + 1);
                return 16;
            case GuestCode.Window:
                var isWindow = ControlFrame.TryReadWindow(frame.Payload, out var session, out var bytes);
                FuzzFailure.UnlessEqual(frame.Payload.Length == 12, isWindow, "WINDOW");
                FuzzFailure.Unless(!isWindow || frame.Payload.SequenceEqual(ControlFrame.EncodeWindow(session, bytes)));
                return isWindow ? 64u : 128;
            case GuestCode.ProcessEnd:
                var fault = ProcessEnd.Read(frame.Payload, out var end);
                FuzzFailure.Unless(fault is null ? frame.Payload.Length == ProcessEnd.Size : end == default);
                FuzzFailure.Unless(fault is not null || end is { Code: >= 0 and <= 255, Signal: >= 0 and <= 64, Milliseconds: >= 0 });
                FuzzFailure.Unless(fault is not null || ProcessEnd.Read(end.Encode(), out var again) is null && again == end);
                CheckHarmless(fault ?? "", 100);
                return fault is null ? 256u : 512;
            case GuestCode.Answer or GuestCode.Request:
                var isNumbered = NumberedFrame.TryRead(frame.Payload, out var id, out var inner);
                FuzzFailure.Unless(isNumbered ? frame.Payload.Length >= NumberedFrame.HeaderSize && id != 0 : id == 0);
                FuzzFailure.Unless(!isNumbered
                    || frame.Payload.SequenceEqual(NumberedFrame.Encode(id, inner, frame.Payload[NumberedFrame.HeaderSize..])));
                return isNumbered ? 1024u : 2048;
            default:
                return 32;
        }
    }

    /// <summary>The text can be shown on a terminal and put in a log.</summary>
    public static void CheckHarmless(string text, int longest)
    {
        FuzzFailure.Unless(text.Length <= longest);
        foreach (var rune in text.EnumerateRunes())
        {
            FuzzFailure.Unless(Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate));
        }
    }
}
