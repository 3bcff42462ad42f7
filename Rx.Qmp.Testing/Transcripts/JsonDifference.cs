using System.Text.Json;

namespace Rx.Qmp.Testing.Transcripts;

/// <summary>Finds where two messages differ. A masked value equals any other; the order of members does not matter.</summary>
internal static class JsonDifference
{
    private const int LongestShown = 200;

    /// <summary>The first difference as a sentence; null: there is none.</summary>
    /// <param name="expected">What should have come.</param>
    /// <param name="actual">What came.</param>
    /// <param name="path">Where in the message.</param>
    /// <param name="ignored">A member of the outermost object that is not compared.</param>
    public static string? Find(JsonElement expected, JsonElement actual, string path = "", string? ignored = null)
    {
        if (expected.ValueKind == JsonValueKind.String && expected.ValueEquals(QmpRedaction.Mask))
        {
            return null;
        }

        return (expected.ValueKind, actual.ValueKind) switch
        {
            (JsonValueKind.Object, JsonValueKind.Object) => FindInObjects(expected, actual, path, ignored),
            (JsonValueKind.Array, JsonValueKind.Array) => FindInArrays(expected, actual, path),
            _ when JsonElement.DeepEquals(expected, actual) => null,
            _ => $"{Name(path)} should be {Shown(expected)} and is {Shown(actual)}",
        };
    }

    private static string? FindInObjects(JsonElement expected, JsonElement actual, string path, string? ignored)
    {
        foreach (var member in expected.EnumerateObject().Where(member => member.Name != ignored))
        {
            var at = path.Length == 0 ? member.Name : $"{path}.{member.Name}";
            if (!actual.TryGetProperty(member.Name, out var other))
            {
                return $"{at} is missing, it should be {Shown(member.Value)}";
            }

            if (Find(member.Value, other, at) is { } difference)
            {
                return difference;
            }
        }

        var more = actual.EnumerateObject().FirstOrDefault(
            member => member.Name != ignored && !expected.TryGetProperty(member.Name, out _));
        return more.Value.ValueKind == JsonValueKind.Undefined
            ? null
            : $"{(path.Length == 0 ? more.Name : $"{path}.{more.Name}")} should not be there";
    }

    private static string? FindInArrays(JsonElement expected, JsonElement actual, string path)
    {
        if (expected.GetArrayLength() != actual.GetArrayLength())
        {
            return $"{Name(path)} should have {expected.GetArrayLength()} elements and has {actual.GetArrayLength()}";
        }

        return expected.EnumerateArray().Zip(actual.EnumerateArray())
            .Select((pair, index) => Find(pair.First, pair.Second, $"{path}[{index}]"))
            .FirstOrDefault(difference => difference is not null);
    }

    private static string Name(string path) => path.Length == 0 ? "the message" : path;

    private static string Shown(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= LongestShown ? text : text[..LongestShown] + "…";
    }
}
