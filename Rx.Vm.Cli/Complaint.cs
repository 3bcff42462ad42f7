using System.Globalization;
using System.Text;

namespace Rx.Vm.Cli;

/// <summary>What the program tells its user on standard error: one line, whatever was in it.</summary>
internal static class Complaint
{
    private const int MaxLength = 1000;

    /// <summary>Writes <c>rxvm: message</c>.</summary>
    public static void Write(TextWriter error, string message) => error.WriteLine($"rxvm: {OneLine(message)}");

    /// <summary>
    /// <paramref name="text"/> without line breaks, control and formatting characters: guests and spec authors must not steer the terminal
    /// of whoever reads their mistakes.
    /// </summary>
    public static string OneLine(string text)
    {
        var line = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (line.Length >= MaxLength)
            {
                line.Append('…');
                break;
            }

            line.Append(Shown(rune));
        }

        return line.ToString().Trim();
    }

    /// <summary>What is written for <paramref name="rune"/>: itself, if it is something to see.</summary>
    public static string Shown(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => " ",
        UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned => "?",
        _ => rune.ToString(),
    };
}
