using System.Text;
using System.Text.Json;

namespace Rx.Qmp;

/// <summary>Routes a message by its top-level members in one pass and without a tree. Member order is free and unknown members are
/// skipped. Never throws: whatever the bytes are, the answer is a header.</summary>
internal static class MessageHeaderReader
{
    [Flags]
    private enum Seen
    {
        None = 0,
        Greeting = 1,
        Event = 2,
        Return = 4,
        Error = 8,
        Id = 16,
        Data = 32,
        Timestamp = 64,
    }

    /// <summary>Reads one frame.</summary>
    /// <param name="frame">A whole JSON object as the scanner cut it.</param>
    /// <param name="maxDepth">Deepest nesting allowed.</param>
    /// <returns>The header. Of a malformed message it carries what was read before the fault, and the id in any case if it is at the end.</returns>
    public static MessageHeader Read(ReadOnlySpan<byte> frame, int maxDepth)
    {
        var header = new MessageHeader { Seconds = -1, Microseconds = -1 };
        try
        {
            var reader = new Utf8JsonReader(frame, new JsonReaderOptions { MaxDepth = maxDepth });
            header.Kind = ReadMembers(ref reader, ref header);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // By contract, not by type: the reader has more than one exception for bad input.
            header.Kind = MessageKind.Malformed;
            if (header.Slot == MessageHeader.NoId && CompactHeader.TryIdAtEnd(frame, out var slot))
            {
                header.Slot = slot;
            }
        }

        return header;
    }

    private static MessageKind ReadMembers(ref Utf8JsonReader reader, ref MessageHeader header)
    {
        var seen = Seen.None;
        var repeated = false;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = Recognise(ref reader);
            reader.Read();

            // The same routing member twice could mean either; JSON does not say which one counts.
            repeated |= (seen & member) != 0;
            seen |= member;
            ReadMember(ref reader, ref header, member);
        }

        var kind = (seen & (Seen.Event | Seen.Return | Seen.Error | Seen.Greeting)) switch
        {
            Seen.None => MessageKind.Unknown,
            Seen.Event => header.Name.Equals(default) ? MessageKind.Malformed : MessageKind.Event,
            Seen.Return => MessageKind.Return,
            Seen.Error => MessageKind.Error,
            Seen.Greeting => MessageKind.Greeting,
            _ => MessageKind.Malformed,
        };
        return repeated ? MessageKind.Malformed : kind;
    }

    private static Seen Recognise(ref Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped)
        {
            return Slowly(ref reader);
        }

        var name = reader.ValueSpan;
        return name.Length switch
        {
            2 when name.SequenceEqual("id"u8) => Seen.Id,
            3 when name.SequenceEqual("QMP"u8) => Seen.Greeting,
            4 when name.SequenceEqual("data"u8) => Seen.Data,
            5 when name.SequenceEqual("event"u8) => Seen.Event,
            5 when name.SequenceEqual("error"u8) => Seen.Error,
            6 when name.SequenceEqual("return"u8) => Seen.Return,
            9 when name.SequenceEqual("timestamp"u8) => Seen.Timestamp,
            _ => Seen.None,
        };
    }

    private static Seen Slowly(ref Utf8JsonReader reader) => LenientJson.ReadText(ref reader) switch
    {
        "id" => Seen.Id,
        "QMP" => Seen.Greeting,
        "data" => Seen.Data,
        "event" => Seen.Event,
        "error" => Seen.Error,
        "return" => Seen.Return,
        "timestamp" => Seen.Timestamp,
        _ => Seen.None,
    };

    private static void ReadMember(ref Utf8JsonReader reader, ref MessageHeader header, Seen member)
    {
        var start = (int)reader.TokenStartIndex;
        switch (member)
        {
            case Seen.Id:
                header.Slot = ReadSlot(ref reader);
                reader.Skip();
                break;
            case Seen.Event when reader.TokenType == JsonTokenType.String:
                header.Name = new Range(start + 1, start + 1 + reader.ValueSpan.Length);
                header.NameIsEscaped = reader.ValueIsEscaped;
                break;
            case Seen.Timestamp when reader.TokenType == JsonTokenType.StartObject:
                ReadTimestamp(ref reader, ref header);
                break;
            case Seen.Data:
                reader.Skip();
                header.Data = new Range(start, (int)reader.BytesConsumed);
                break;
            case Seen.Return or Seen.Error or Seen.Greeting:
                reader.Skip();
                header.Value = new Range(start, (int)reader.BytesConsumed);
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private static int ReadSlot(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var slot) && slot is >= 0 and <= 99
            ? slot
            : MessageHeader.ForeignId;

    // A name with half a surrogate pair is no name we know, and no reason to drop the event.
    private static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) => reader.ValueIsEscaped
        ? LenientJson.ReadText(ref reader) == Encoding.UTF8.GetString(name)
        : reader.ValueSpan.SequenceEqual(name);

    private static void ReadTimestamp(ref Utf8JsonReader reader, ref MessageHeader header)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var seconds = Is(ref reader, "seconds"u8);
            var microseconds = !seconds && Is(ref reader, "microseconds"u8);
            reader.Read();
            if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value))
            {
                header.Seconds = seconds ? value : header.Seconds;
                header.Microseconds = microseconds ? value : header.Microseconds;
            }

            reader.Skip();
        }
    }
}
