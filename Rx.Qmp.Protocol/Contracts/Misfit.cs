using System.Collections.Immutable;
using System.Reactive;
using System.Text.Json;

namespace Rx.Qmp;

/// <summary>Says in words why JSON does not fit its type: which member, what it should be and what it is. Costs nothing until something
/// is wrong.</summary>
internal static class Misfit
{
    private const int LongestName = 64;
    private const int MostSteps = 16;

    /// <summary>The fault with its place in front, such as "[0].inserted.image: wanted an object, found text."</summary>
    /// <param name="json">All of the value.</param>
    /// <param name="position">The byte at which its reader stood.</param>
    /// <param name="fault">What the reader threw.</param>
    public static QmpShapeException At(ReadOnlySpan<byte> json, long position, Exception fault)
    {
        var what = fault switch
        {
            QmpShapeException => fault.Message,
            JsonException { Path: null, LineNumber: not null } => "this is not valid JSON.",
            _ => "this is not what was expected.",
        };
        position = fault is QmpShapeException shape ? shape.Position : position;
        var place = Place(json, position);
        return new(place.Length == 0 ? what : $"{place}: {what}", position, fault);
    }

    /// <summary>A whole sentence about it.</summary>
    /// <param name="what">What does not fit: the sentence's beginning.</param>
    /// <param name="type">What it should fit.</param>
    /// <param name="fault">What the reader threw.</param>
    public static string Sentence(string what, Type type, Exception fault)
    {
        var why = fault switch
        {
            QmpShapeException => fault.Message,
            JsonException { Path: { } path } => $"{Clean(path)} is not what was expected.",
            _ => null,
        };
        return why is null ? $"{what} does not fit {Name(type)}." : $"{what} does not fit {Name(type)}: {why}";
    }

    // A type's name for people: a list of BlockInfo.
    private static string Name(Type type)
    {
        if (type.IsGenericType)
        {
            var whole = type.GetGenericTypeDefinition();
            var inner = Name(type.GenericTypeArguments[0]);
            return whole == typeof(QmpList<>) || whole == typeof(ImmutableArray<>) ? $"a list of {inner}"
                : whole == typeof(QmpEnum<>) || whole == typeof(Nullable<>) ? inner
                : $"{type.Name.Split('`')[0]} of {inner}";
        }

        return type == typeof(string) ? "text"
            : type == typeof(long) || type == typeof(ulong) ? "an integer"
            : type == typeof(double) ? "a number"
            : type == typeof(bool) ? "true or false"
            : type == typeof(Unit) ? "an empty reply"
            : type.Name;
    }

    // The names and numbers that lead to the token at the position; where the JSON is broken, as far as it can be read.
    private static string Place(ReadOnlySpan<byte> json, long position)
    {
        var steps = new Stack<Step>();
        try
        {
            var reader = new Utf8JsonReader(json, OwnedJson.ReaderOptions);
            while (reader.Read())
            {
                var found = reader.TokenStartIndex >= position;
                Follow(ref reader, steps, found);
                if (found)
                {
                    break;
                }
            }
        }
        catch (Exception fault) when (OwnedJson.IsBadInput(fault))
        {
            // So far and no further.
        }

        var path = steps.Reverse().ToArray();
        var text = string.Concat(path.TakeLast(MostSteps)).TrimStart('.');
        return path.Length > MostSteps ? "…" + text : text;
    }

    // A step per open object or array. What the token looked for opens is not entered, and what it closes is left.
    private static void Follow(ref Utf8JsonReader reader, Stack<Step> steps, bool found)
    {
        if (reader.TokenType == JsonTokenType.PropertyName)
        {
            steps.Peek().Name = Clean(LenientJson.ReadText(ref reader));
            return;
        }

        if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
        {
            steps.Pop();
            return;
        }

        if (steps.TryPeek(out var around) && around.IsArray)
        {
            around.Index++;
        }

        if (!found && reader.TokenType is (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            steps.Push(new Step(reader.TokenType == JsonTokenType.StartArray));
        }
    }

    // Names are the server's: they are for a log or a terminal.
    private static string Clean(string name) => string.Concat(
        name.Take(LongestName).Select(c => char.IsAsciiLetterOrDigit(c) || "-_.$[]'".Contains(c, StringComparison.Ordinal) ? c : '?'));

    private sealed class Step(bool isArray)
    {
        public bool IsArray { get; } = isArray;

        public int Index { get; set; } = -1;

        public string? Name { get; set; }

        public override string ToString() => IsArray ? $"[{Index}]" : "." + Name;
    }
}
