using Rx.Vm.Testing.Notation;

namespace Rx.Vm.Testing.Failures;

/// <summary>
/// How two values differ, where one line of text does not tell: only the members and items that differ, each by its path; where long
/// strings and bytes part, and what is around that place.
/// </summary>
internal sealed class ValueDifferences
{
    private const int Most = 12;
    private const int MostLooks = 20_000;
    private const int Deepest = 8;
    private const int Before = 8;
    private static readonly object Nothing = new();

    private readonly List<string> _lines = [];
    private int _found;
    private int _looks;

    private ValueDifferences()
    {
    }

    /// <summary>The lines, each indented by four; none if the texts of the values tell the difference.</summary>
    public static IReadOnlyList<string> Lines(object? expected, object? actual)
    {
        var (one, other) = (ValueText.Read(expected), ValueText.Read(actual));
        if (!one.IsCut && !other.IsCut && one.Text != other.Text)
        {
            return [];
        }

        var differences = new ValueDifferences();
        differences.Compare("", expected, actual, 0);
        if (differences._found > Most)
        {
            differences._lines.Add($"    … and {differences._found - Most} more");
        }

        return differences._lines;
    }

    private void Compare(string path, object? expected, object? actual, int depth)
    {
        if (_looks++ > MostLooks || Same(expected, actual))
        {
            return;
        }

        var found = _found;
        switch (expected, actual)
        {
            case (string one, string other):
                Strings(path, one, other);
                break;
            case (Exception one, Exception other) when one.GetType() == other.GetType():
                Strings($"{path}.Message", one.Message, other.Message);
                break;
            case ({ } one, { } other) when ByteText.TryRead(one, out var left) && ByteText.TryRead(other, out var right):
                Bytes(path, left.Span, right.Span);
                break;
            case ({ } one, { } other) when depth < Deepest && AreAlike(one, other) && Parts(one) is { } left && Parts(other) is { } right:
                Members(path, one, other, (left, right), depth);
                break;
            default:
                Texts(path, expected, actual);
                break;
        }

        if (_found == found)
        {
            Add(path, $": both read the same, but {expected?.GetType().Name} does not call them equal (an array, a list or a class without",
                "      Equals is equal to itself only); ComparedBy takes a comparer");
        }
    }

    private void Members(
        string path, object expected, object actual, (Dictionary<string, object?> Left, Dictionary<string, object?> Right) parts, int depth)
    {
        if (ValueParts.IsList(expected) && parts.Left.Count != parts.Right.Count)
        {
            Add(path, $": {parts.Left.Count} items expected, {parts.Right.Count} there");
        }

        foreach (var step in parts.Left.Keys.Union(parts.Right.Keys))
        {
            Compare(path + step, parts.Left.GetValueOrDefault(step, Nothing), parts.Right.GetValueOrDefault(step, Nothing), depth + 1);
        }
    }

    private void Texts(string path, object? expected, object? actual)
    {
        var (one, other) = (Text(expected), Text(actual));
        if (one == other && expected?.GetType() != actual?.GetType())
        {
            (one, other) = ($"{one} ({expected?.GetType()})", $"{other} ({actual?.GetType()})");
        }

        if (one != other)
        {
            Add(path, "", $"      expected  {one}", $"      actual    {other}");
        }
    }

    private void Strings(string path, string expected, string actual)
    {
        var (one, other) = (ValueText.Read(expected), ValueText.Read(actual));
        if (!one.IsCut && !other.IsCut)
        {
            Texts(path, expected, actual);
            return;
        }

        var at = expected.AsSpan().CommonPrefixLength(actual);
        var start = at <= ValueText.MaxLength / 2 ? 0 : at - Before;
        Add(path, $": {expected.Length} characters expected, {actual.Length} there; the first difference is at {at}",
            $"      expected  {From(expected, start)}", $"      actual    {From(actual, start)}");
    }

    private void Bytes(string path, ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual)
    {
        var at = expected.CommonPrefixLength(actual);
        if (at == expected.Length && at == actual.Length)
        {
            return;
        }

        var start = at < ByteText.Most ? 0 : at - Before;
        Add(path, $": {ByteText.Count(expected.Length)} expected, {actual.Length} there; the first difference is at offset {at} (0x{at:x})",
            $"      expected  {ByteText.Around(expected, start)}", $"      actual    {ByteText.Around(actual, start)}");
    }

    private void Add(string path, string what, params ReadOnlySpan<string> more)
    {
        if (++_found <= Most)
        {
            _lines.Add($"    {(path.Length == 0 ? "the value" : ValueText.OneLine(path.TrimStart('.')))}{what}");
            _lines.AddRange(more);
        }
    }

    private static string From(string text, int start) => start >= text.Length ? "ends before" : ValueText.Quoted(text, start).Text;

    private static string Text(object? value) => ReferenceEquals(value, Nothing) ? "nothing" : ValueText.Of(value);

    // Lists of two kinds have the same items; two kinds of records are different things.
    private static bool AreAlike(object one, object other) =>
        one.GetType() == other.GetType() || (ValueParts.IsList(one) && ValueParts.IsList(other));

    private static bool Same(object? one, object? other)
    {
        try
        {
            return Equals(one, other);
        }
        catch (Exception)
        {
            return false;
        }
    }

    private static Dictionary<string, object?>? Parts(object value)
    {
        try
        {
            return ValueParts.Of(value);
        }
        catch (Exception)
        {
            return null;
        }
    }
}
