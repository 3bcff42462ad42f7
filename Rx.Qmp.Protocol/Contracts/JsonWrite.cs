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
            throw new JsonException("The value is cut short.");
        }

        var output = new ArrayBufferWriter<byte>();
        int depth = reader.CurrentDepth;
        bool comma = false;
        while (true)
        {
            bool ends = reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray;
            if (comma && !ends)
            {
                output.Write(","u8);
            }

            Token(output, ref reader);
            bool opens = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
            if (!opens && reader.CurrentDepth == depth && reader.TokenType != JsonTokenType.PropertyName)
            {
                return output.WrittenSpan.ToArray();
            }

            comma = !opens && reader.TokenType != JsonTokenType.PropertyName;
            reader.Read();
        }
    }

    public static void List<T>(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ImmutableArray<T> items)
        where T : IQmpData<T>
    {
        writer.WriteStartArray(name);
        foreach (var item in Present(items))
        {
            item.Write(writer);
        }

        writer.WriteEndArray();
    }

    public static void List(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ImmutableArray<string> items)
    {
        writer.WriteStartArray(name);
        foreach (string item in Present(items))
        {
            writer.WriteStringValue(item);
        }

        writer.WriteEndArray();
    }

    public static void List(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ImmutableArray<long> items)
    {
        writer.WritePropertyName(name);
        Items(writer, items);
    }

    public static void List(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ImmutableArray<ulong> items)
    {
        writer.WritePropertyName(name);
        Items(writer, items);
    }

    public static void List(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ImmutableArray<bool> items)
    {
        writer.WriteStartArray(name);
        foreach (bool item in Present(items))
        {
            writer.WriteBooleanValue(item);
        }

        writer.WriteEndArray();
    }

    public static void List(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ImmutableArray<double> items)
    {
        writer.WriteStartArray(name);
        foreach (double item in Present(items))
        {
            writer.WriteNumberValue(item);
        }

        writer.WriteEndArray();
    }

    public static void Items(Utf8JsonWriter writer, ImmutableArray<long> items)
    {
        writer.WriteStartArray();
        foreach (long item in Present(items))
        {
            writer.WriteNumberValue(item);
        }

        writer.WriteEndArray();
    }

    public static void Items(Utf8JsonWriter writer, ImmutableArray<ulong> items)
    {
        writer.WriteStartArray();
        foreach (ulong item in Present(items))
        {
            writer.WriteNumberValue(item);
        }

        writer.WriteEndArray();
    }

    public static void Items<T>(Utf8JsonWriter writer, ImmutableArray<T> items)
        where T : IQmpData<T>
    {
        writer.WriteStartArray();
        foreach (var item in Present(items))
        {
            item.Write(writer);
        }

        writer.WriteEndArray();
    }

    public static void Items(Utf8JsonWriter writer, ImmutableArray<string> items)
    {
        writer.WriteStartArray();
        foreach (string item in Present(items))
        {
            writer.WriteStringValue(item);
        }

        writer.WriteEndArray();
    }

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

    private static ImmutableArray<T> Present<T>(ImmutableArray<T> items) => items.IsDefault ? [] : items;

    private static void Token(ArrayBufferWriter<byte> output, ref Utf8JsonReader reader)
    {
        bool isText = reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName;
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
