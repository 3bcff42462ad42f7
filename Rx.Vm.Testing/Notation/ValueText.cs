using System.Globalization;

namespace Rx.Vm.Testing.Notation;

/// <summary>Values for people: one line, bounded, the same in every culture.</summary>
internal static class ValueText
{
    private const int MaxLength = 80;

    public static string Of<T>(T value) => value switch
    {
        null => "null",
        string text => $"\"{OneLine(text)}\"",
        ErrorPattern pattern => pattern.Message,
        Exception error => OneLine($"{error.GetType().Name}: {error.Message}"),
        _ => OneLine(Invariant(value)),
    };

    /// <summary>The text on one line, cut at 80 characters.</summary>
    public static string OneLine(string text)
    {
        var cut = text.Length <= MaxLength ? text : string.Concat(text.AsSpan(0, MaxLength - 1), "…");
        return string.Create(cut.Length, cut, static (line, source) =>
        {
            for (var i = 0; i < line.Length; i++)
            {
                line[i] = char.IsControl(source[i]) ? ' ' : source[i];
            }
        });
    }

    // Records write their members in the current culture, whatever they are asked.
    private static string Invariant(object value)
    {
        var culture = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        try
        {
            return value.ToString() ?? "";
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }
}
