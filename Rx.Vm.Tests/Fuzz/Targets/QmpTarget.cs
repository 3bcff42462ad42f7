using Rx.Qmp;
using Rx.Qmp.Protocol;
using Rx.Qmp.Wire;
using Rx.Vm.Tests.Campaign;

namespace Rx.Vm.Tests.Fuzz.Targets;

/// <summary>
/// The monitor's bytes: the scanner that cuts them into messages and the reader of their headers. However the bytes are cut, the same
/// messages come out; where the framework's reader finds an object, the scanner finds the same; every byte is looked at about once.
/// </summary>
internal class QmpTarget : FuzzTarget
{
    /// <summary>Small, so that they are reached.</summary>
    protected const int MaxFrameBytes = 2048;

    protected const int MaxDepth = 16;

    private const int FirstBuffer = 16 << 10;

    private readonly List<(ulong Hash, MessageKind Kind)> _whole = [];
    private readonly List<(ulong Hash, MessageKind Kind)> _pieces = [];

    public override string Name => "qmp";

    public override int Cost => 8;

    // A broken message may be two bytes long and costs an exception, here and in the reference.
    public override (int PerByte, int Floor) Allocations => (8192, 256 << 10);

    protected override IEnumerable<string> Dictionary =>
    [
        "QMP", "event", "return", "error", "id", "data", "timestamp", "seconds", "microseconds", "class", "desc", "GenericError",
        "version", "qemu", "major", "minor", "micro", "package", "capabilities", "oob", "SHUTDOWN", "DEVICE_DELETED", "device", "path",
        "{", "}", "[", "]", "\"", "\\", ":", ",", "\r\n", "{\"return\":{}}", "\"id\":0", "\\u0065vent", "\\ud800", "{\"event\":\"STOP\"}",
    ];

    public override void Generate(ref Dice dice, FuzzInput input)
    {
        for (var count = 1 + dice.Below(6); count > 0; count--)
        {
            JsonGrammar.Gap(ref dice, input);
            switch (dice.Below(6))
            {
                case 0:
                    input.Append("""{"QMP":{"version":{"qemu":{"micro":0,"minor":2,"major":7},"package":""},"capabilities":["oob"]}}"""u8);
                    break;
                case 1:
                    input.Append("""{"timestamp":{"seconds":1700000000,"microseconds":5},"event":"STOP","data":{"path":"/x"}}"""u8);
                    break;
                case 2:
                    input.Append("{\"return\":"u8);
                    JsonGrammar.Value(ref dice, input, Words, 3);
                    input.Append(",\"id\":"u8);
                    input.Append((byte)('0' + dice.Below(10)));
                    input.Append((byte)'}');
                    break;
                case 3:
                    input.Append("""{"id":3,"error":{"class":"GenericError","desc":"no such thing"}}"""u8);
                    break;
                default:
                    JsonGrammar.Object(ref dice, input, Words, 4);
                    break;
            }
        }
    }

    public override uint Run(byte cuts, ReadOnlySpan<byte> input)
    {
        var end = Scan(0, input, _whole);
        var cutEnd = Scan(cuts, input, _pieces);

        // In one piece a message is seen whole before it is found too large; which of two faults is met first may differ, that one is not.
        FuzzFailure.UnlessEqual(end == FrameScanStatus.NeedMore, cutEnd == FrameScanStatus.NeedMore, "whether cut input is sound");
        FuzzFailure.UnlessEqual(_whole.Count, _pieces.Count, "messages of cut input");
        for (var i = 0; i < _whole.Count; i++)
        {
            FuzzFailure.UnlessEqual(_whole[i], _pieces[i], "a message of cut input");
        }

        var kinds = _whole.Aggregate(0u, (seen, frame) => seen | 1u << (int)frame.Kind);
        return kinds | (uint)end << 8 | (uint)int.Log2(_whole.Count + 1) << 16 | (uint)int.Log2(input.Length + 1) << 24;
    }

    private static FrameScanStatus Scan(byte cuts, ReadOnlySpan<byte> input, List<(ulong, MessageKind)> found)
    {
        found.Clear();
        var buffer = new FrameBuffer(MaxFrameBytes, MaxDepth);
        var names = new EventNameCache();
        var status = FrameScanStatus.NeedMore;
        var (received, taken) = (0, 0);
        var pieces = new Cuts(cuts, input);
        while (status == FrameScanStatus.NeedMore && pieces.Next(out var piece))
        {
            while (!piece.IsEmpty && status == FrameScanStatus.NeedMore)
            {
                var room = buffer.GetRoom().Span;
                var count = Math.Min(room.Length, piece.Length);
                piece[..count].CopyTo(room);
                piece = piece[count..];
                buffer.Commit(count);
                received += count;
                while ((status = buffer.TryTake(out var frame)) == FrameScanStatus.Frame)
                {
                    taken = Check(input, taken, frame);
                    found.Add(Read(frame, names));
                }

                FuzzFailure.Unless(buffer.Capacity <= Math.Max(4 * received, FirstBuffer));
            }
        }

        CheckRest(input[taken..received], status);
        FuzzFailure.Unless(buffer.BytesLookedAt <= received + 64 * (found.Count + 1));
        FuzzFailure.Unless(buffer.BytesMoved <= 4 * received + FirstBuffer);
        return status;
    }

    // The message must be the next object of the input, and end where the reference says.
    private static int Check(ReadOnlySpan<byte> input, int from, ReadOnlySpan<byte> frame)
    {
        var start = from + WhiteSpace(input[from..]);
        FuzzFailure.Unless(input[start..].StartsWith(frame), "a message is the next bytes of the input");
        if (QmpReference.ObjectLength(input[start..], MaxDepth) is { } length)
        {
            FuzzFailure.UnlessEqual(length, frame.Length, "length of an object");
        }

        return start + frame.Length;
    }

    private static void CheckRest(ReadOnlySpan<byte> rest, FrameScanStatus status)
    {
        rest = rest[WhiteSpace(rest)..];
        if (!rest.IsEmpty && rest[0] == '{' && QmpReference.ObjectLength(rest, MaxDepth) is { } length)
        {
            // Sound so far: it is awaited, or it is too large.
            FuzzFailure.Unless(status == FrameScanStatus.NeedMore && length == 0 || status == FrameScanStatus.TooLarge);
            FuzzFailure.Unless(status != FrameScanStatus.TooLarge || rest.Length >= MaxFrameBytes);
        }
    }

    private static (ulong, MessageKind) Read(ReadOnlySpan<byte> frame, EventNameCache names)
    {
        var header = MessageHeaderReader.Read(frame, MaxDepth);
        FuzzFailure.UnlessEqual(QmpReference.Kind(frame, MaxDepth), header.Kind, "kind of a message");
        if (header.Kind == MessageKind.Event)
        {
            FuzzFailure.Unless(names.Get(frame, header).Length <= frame.Length);
            _ = QmpTimestamp.From(header.Seconds, header.Microseconds);
            _ = TypedEvent.TryRead<ShutdownEvent>(frame[header.Data], null);
            _ = TypedEvent.TryRead<DeviceDeletedEvent>(frame[header.Data], null);
        }
        else if (header.Kind == MessageKind.Greeting)
        {
            FuzzFailure.Unless(QmpGreeting.Read(frame[header.Value], MaxDepth).Capabilities.Count <= frame.Length);
        }
        else if (header.Kind is MessageKind.Return or MessageKind.Error)
        {
            var value = LenientJson.Parse(frame[header.Value], MaxDepth);
            _ = (value.Member("class").AsText(), value.Member("desc").AsText(), value.AsInt32(), value.AsBoolean());
        }

        var hash = 14695981039346656037;
        foreach (var b in frame)
        {
            hash = (hash ^ b) * 1099511628211;
        }

        return (hash ^ (ulong)header.Slot << 32, header.Kind);
    }

    private static int WhiteSpace(ReadOnlySpan<byte> bytes)
    {
        var other = bytes.IndexOfAnyExcept(" \t\r\n"u8);
        return other < 0 ? bytes.Length : other;
    }
}
