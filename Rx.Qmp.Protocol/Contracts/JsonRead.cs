using System.Buffers;
using System.Collections.Immutable;
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
            throw new JsonException("The value is nested too deep.");
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
            throw new JsonException("The value is cut short.");
        }
    }

    /// <summary>The text of a union's tag, wherever in the object it stands. The reader is a copy.</summary>
    public static string Tag(Utf8JsonReader reader, ReadOnlySpan<byte> tag, string type, string member)
    {
        Enter(ref reader);
        if (reader.CurrentDepth > MaxUnionDepth)
        {
            throw new JsonException("The value is nested too deep.");
        }

        while (Next(ref reader, out var name))
        {
            if (name.SequenceEqual(tag))
            {
                return HasValue(ref reader) ? Text(ref reader) : throw Missing(type, member);
            }

            Skip(ref reader);
        }

        throw Missing(type, member);
    }

    public static string Text(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw Unexpected(ref reader, "a string");
        }

        return !reader.HasValueSequence && !reader.ValueIsEscaped && reader.ValueSpan.Length <= TextPool.LongestPooled
            ? TextPool.TryGet(reader.ValueSpan) ?? LenientJson.ReadText(ref reader)
            : LenientJson.ReadText(ref reader);
    }

    public static long Int64(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number ? reader.GetInt64() : throw Unexpected(ref reader, "an integer");

    public static ulong UInt64(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number ? reader.GetUInt64() : throw Unexpected(ref reader, "an integer");

    public static double Double(ref Utf8JsonReader reader)
    {
        double value = reader.TokenType == JsonTokenType.Number ? reader.GetDouble() : throw Unexpected(ref reader, "a number");

        // 1e400 reads as infinity, which JSON cannot say again.
        return double.IsFinite(value) ? value : throw new FormatException("The number does not fit.");
    }

    public static bool Boolean(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.True or JsonTokenType.False ? reader.GetBoolean() : throw Unexpected(ref reader, "a boolean");

    public static QmpValue Value(ref Utf8JsonReader reader) => new(Raw(ref reader));

    /// <summary>The bytes of the value the reader stands on.</summary>
    public static byte[] Raw(ref Utf8JsonReader reader)
    {
        var copy = reader;
        return JsonWrite.Copy(ref copy, ref reader);
    }

    public static ImmutableArray<T> List<T>(ref Utf8JsonReader reader, QmpReader<T> read)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw Unexpected(ref reader, "an array");
        }

        if (reader.CurrentDepth > MaxDepth)
        {
            throw new JsonException("The value is nested too deep.");
        }

        var items = ImmutableArray.CreateBuilder<T>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(read(ref reader));
        }

        return items.DrainToImmutable();
    }

    /// <summary>Reads the reply of a command that returns nothing.</summary>
    public static Unit Nothing(ref Utf8JsonReader reader)
    {
        Skip(ref reader);
        return Unit.Default;
    }

    public static JsonException Missing(string type, string member) => new($"{type} lacks its member {member}.");

    /// <summary>Keeps a member that the schema does not list.</summary>
    public static void Keep(ref Utf8JsonReader reader, scoped ReadOnlySpan<byte> name, ref Dictionary<string, QmpValue>? others)
    {
        string key = Encoding.UTF8.GetString(name);
        reader.Read();
        others ??= new Dictionary<string, QmpValue>(StringComparer.Ordinal);
        others[key] = Value(ref reader);
    }

    private static JsonException Unexpected(ref Utf8JsonReader reader, string wanted) =>
        new($"Wanted {wanted}, found {reader.TokenType}.");

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
