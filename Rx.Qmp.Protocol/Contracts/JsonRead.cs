using System.Buffers;
using System.Collections.Immutable;
using System.Numerics;
using System.Reactive;
using System.Text;
using System.Text.Json;

namespace Rx.Qmp.Protocol;

/// <summary>What the generated readers are made of.</summary>
internal static class JsonRead
{
    /// <summary>Deepest nesting of typed values: they are read by recursion. A backing chain takes one level per image.</summary>
    public const int MaxDepth = 512;

    /// <summary>Deepest nesting of a union: looking for its tag reads what is below once more per level.</summary>
    public const int MaxUnionDepth = 128;

    /// <summary>Steps into an object.</summary>
    public static void Enter(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.None)
        {
            reader.Read();
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Unexpected(ref reader, "an object");
        }

        if (reader.CurrentDepth > MaxDepth)
        {
            throw TooDeep(ref reader);
        }
    }

    /// <summary>Goes to the next member and gives its name; false at the object's end.</summary>
    public static bool Next(ref Utf8JsonReader reader, out ReadOnlySpan<byte> name)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
        {
            name = default;
            return false;
        }

        name = reader.HasValueSequence || reader.ValueIsEscaped ? Unescape(ref reader) : reader.ValueSpan;
        return true;
    }

    /// <summary>Goes from a member's name to its value; false if that is null, which counts as missing.</summary>
    public static bool HasValue(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType != JsonTokenType.Null;
    }

    /// <summary>Passes over a member's value.</summary>
    public static void Skip(ref Utf8JsonReader reader)
    {
        if (!reader.TrySkip())
        {
            throw new QmpShapeException("this is cut short.", reader.TokenStartIndex);
        }
    }

    /// <summary>The text of a union's tag, wherever in the object it stands; empty without one. The reader stays where it is.</summary>
    public static string Tag(ref Utf8JsonReader reader, ReadOnlySpan<byte> tag)
    {
        Enter(ref reader);
        if (reader.CurrentDepth > MaxUnionDepth)
        {
            throw TooDeep(ref reader);
        }

        var scout = reader;
        while (Next(ref scout, out var name))
        {
            if (name.SequenceEqual(tag))
            {
                return HasValue(ref scout) ? Text(ref scout) : string.Empty;
            }

            Skip(ref scout);
        }

        return string.Empty;
    }

    public static string Text(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw Unexpected(ref reader, "text");
        }

        return !reader.HasValueSequence && !reader.ValueIsEscaped && reader.ValueSpan.Length <= TextPool.LongestPooled
            ? TextPool.TryGet(reader.ValueSpan) ?? LenientJson.ReadText(ref reader)
            : LenientJson.ReadText(ref reader);
    }

    public static QmpEnum<T> Word<T>(ref Utf8JsonReader reader)
        where T : struct, Enum => new(Text(ref reader));

    public static long Int64(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value)
            ? value
            : throw Unexpected(ref reader, "an integer of 64 bits");

    public static ulong UInt64(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetUInt64(out var value)
            ? value
            : throw Unexpected(ref reader, "an integer of 64 bits without sign");

    // 1e400 reads as infinity, which JSON cannot say again.
    public static double Double(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var value) && double.IsFinite(value)
            ? value
            : throw Unexpected(ref reader, "a number");

    public static bool Boolean(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.True or JsonTokenType.False ? reader.GetBoolean() : throw Unexpected(ref reader, "true or false");

    public static QmpValue Value(ref Utf8JsonReader reader) => new(Raw(ref reader));

    /// <summary>The bytes of the value the reader stands on.</summary>
    public static byte[] Raw(ref Utf8JsonReader reader)
    {
        var copy = reader;
        return JsonWrite.Copy(ref copy, ref reader);
    }

    public static QmpList<T> List<T>(ref Utf8JsonReader reader, QmpReader<T> read)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw Unexpected(ref reader, "a list");
        }

        if (reader.CurrentDepth > MaxDepth)
        {
            throw TooDeep(ref reader);
        }

        var items = ImmutableArray.CreateBuilder<T>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(read(ref reader));
        }

        return new(items.DrainToImmutable());
    }

    /// <summary>Reads the reply of a command that returns nothing.</summary>
    public static Unit Nothing(ref Utf8JsonReader reader)
    {
        Skip(ref reader);
        return Unit.Default;
    }

    /// <summary>The fault of an object that lacks some of the members it must have.</summary>
    /// <param name="reader">At the object's end.</param>
    /// <param name="type">The C# name of its type.</param>
    /// <param name="seen">A bit per member that is there.</param>
    /// <param name="members">The members it must have.</param>
    public static JsonException Missing(ref Utf8JsonReader reader, string type, ulong seen, params ReadOnlySpan<string> members) =>
        new QmpShapeException($"{type} lacks its member {members[BitOperations.TrailingZeroCount(~seen)]}.", reader.TokenStartIndex);

    /// <summary>The fault of a union's object without the member that says which branch it is.</summary>
    public static JsonException MissingTag(ref Utf8JsonReader reader, string type, string tag) =>
        new QmpShapeException($"{type} lacks its member {tag}.", reader.TokenStartIndex);

    /// <summary>Keeps a member that the schema does not list.</summary>
    public static void Keep(ref Utf8JsonReader reader, scoped ReadOnlySpan<byte> name, ref Dictionary<string, QmpValue>? others)
    {
        var key = Encoding.UTF8.GetString(name);
        reader.Read();
        others ??= new Dictionary<string, QmpValue>(StringComparer.Ordinal);
        others[key] = Value(ref reader);
    }

    private static QmpShapeException TooDeep(ref Utf8JsonReader reader) => new("this is nested too deep.", reader.TokenStartIndex);

    private static QmpShapeException Unexpected(ref Utf8JsonReader reader, string wanted)
    {
        var found = reader.TokenType switch
        {
            JsonTokenType.StartObject => "an object",
            JsonTokenType.StartArray => "a list",
            JsonTokenType.String => "text",
            JsonTokenType.Number => wanted.Contains("number", StringComparison.Ordinal) || wanted.Contains("integer", StringComparison.Ordinal)
                ? "another number"
                : "a number",
            JsonTokenType.True => "true",
            JsonTokenType.False => "false",
            JsonTokenType.Null => "null",
            _ => "nothing",
        };
        return new($"wanted {wanted}, found {found}.", reader.TokenStartIndex);
    }

    private static byte[] Unescape(ref Utf8JsonReader reader)
    {
        var buffer = new byte[reader.HasValueSequence ? checked((int)reader.ValueSequence.Length) : reader.ValueSpan.Length];
        try
        {
            return buffer[..reader.CopyString(buffer)];
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate: no name of ours.
            return reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan.ToArray();
        }
    }
}
