using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Rx.Qmp.Protocol;

/// <summary>What the generated writers are made of.</summary>
internal static class JsonWrite
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Utf8(Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, Compact))
        {
            write(writer);
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>The value under the reader without its white space, token by token: its text may lie in several buffers, and may hold
    /// escapes that name no character.</summary>
    public static byte[] Copy(ref Utf8JsonReader scout, ref Utf8JsonReader reader)
    {
        if (!scout.TrySkip())
        {
            throw new QmpShapeException("this is cut short.", reader.TokenStartIndex);
        }

        var output = new ArrayBufferWriter<byte>();
        var depth = reader.CurrentDepth;
        var comma = false;
        while (true)
        {
            var ends = reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray;
            if (comma && !ends)
            {
                output.Write(","u8);
            }

            Token(output, ref reader);
            var opens = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
            if (!opens && reader.CurrentDepth == depth && reader.TokenType != JsonTokenType.PropertyName)
            {
                return output.WrittenSpan.ToArray();
            }

            comma = !opens && reader.TokenType != JsonTokenType.PropertyName;
            reader.Read();
        }
    }

    /// <summary>A list that must be there: one that was never set is empty.</summary>
    public static void List<T>(Utf8JsonWriter writer, ReadOnlySpan<byte> name, QmpList<T> items, Action<Utf8JsonWriter, T> write)
    {
        writer.WritePropertyName(name);
        Items(writer, items, write);
    }

    /// <summary>A list that may be missing.</summary>
    public static void ListIfSet<T>(Utf8JsonWriter writer, ReadOnlySpan<byte> name, QmpList<T> items, Action<Utf8JsonWriter, T> write)
    {
        if (!items.IsDefault)
        {
            List(writer, name, items, write);
        }
    }

    public static void Items<T>(Utf8JsonWriter writer, QmpList<T> items, Action<Utf8JsonWriter, T> write)
    {
        writer.WriteStartArray();
        foreach (var item in items)
        {
            write(writer, item);
        }

        writer.WriteEndArray();
    }

    /// <summary>The word of an enum, unless it was left out.</summary>
    public static void Word<T>(Utf8JsonWriter writer, ReadOnlySpan<byte> name, QmpEnum<T> word)
        where T : struct, Enum
    {
        if (!word.IsDefault)
        {
            writer.WriteString(name, word.Text);
        }
    }

    public static void Data<T>(Utf8JsonWriter writer, T item)
        where T : IQmpData<T> => item.Write(writer);

    public static void Text(Utf8JsonWriter writer, string item) => writer.WriteStringValue(item);

    public static void Int64(Utf8JsonWriter writer, long item) => writer.WriteNumberValue(item);

    public static void UInt64(Utf8JsonWriter writer, ulong item) => writer.WriteNumberValue(item);

    public static void Double(Utf8JsonWriter writer, double item) => writer.WriteNumberValue(item);

    public static void Boolean(Utf8JsonWriter writer, bool item) => writer.WriteBooleanValue(item);

    /// <summary>The members of a whole object, inside an object that is being written.</summary>
    public static void Members(Utf8JsonWriter writer, QmpValue whole)
    {
        using var document = JsonDocument.Parse(whole.Json, new JsonDocumentOptions { MaxDepth = OwnedJson.MaxDepth });
        foreach (var member in document.RootElement.EnumerateObject())
        {
            member.WriteTo(writer);
        }
    }

    /// <summary>Further members, inside an object that is being written.</summary>
    public static void Members(Utf8JsonWriter writer, IReadOnlyDictionary<string, QmpValue>? others)
    {
        foreach (var (name, value) in others ?? ImmutableDictionary<string, QmpValue>.Empty)
        {
            writer.WritePropertyName(name);
            value.Write(writer);
        }
    }

    /// <summary>True if both have the same members with the same values, in any order; null is as good as none.</summary>
    public static bool SameMembers(IReadOnlyDictionary<string, QmpValue>? left, IReadOnlyDictionary<string, QmpValue>? right) =>
        (left?.Count ?? 0) == (right?.Count ?? 0)
        && (left is null || left.All(member => right!.TryGetValue(member.Key, out var value) && value == member.Value));

    private static void Token(ArrayBufferWriter<byte> output, ref Utf8JsonReader reader)
    {
        var isText = reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName;
        if (isText)
        {
            output.Write("\""u8);
        }

        if (reader.HasValueSequence)
        {
            foreach (var segment in reader.ValueSequence)
            {
                output.Write(segment.Span);
            }
        }
        else
        {
            output.Write(reader.ValueSpan);
        }

        if (isText)
        {
            output.Write("\""u8);
        }

        if (reader.TokenType == JsonTokenType.PropertyName)
        {
            output.Write(":"u8);
        }
    }
}
