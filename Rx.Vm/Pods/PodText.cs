using System.Globalization;
using System.Text;

namespace Rx.Vm.Pods;

/// <summary>
/// Text of a spec in a message for people. A spec's author may be hostile to the terminal that shows the error (S10), and may have written
/// a megabyte.
/// </summary>
internal static class PodText
{
    /// <summary>At most <paramref name="length"/> characters, an ellipsis for the rest, a question mark for what is not to be shown.</summary>
    public static string Show(string text, int length)
    {
        var shown = new StringBuilder();
        var count = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (count++ == length)
            {
                return shown.Append('…').ToString();
            }

            shown.Append(IsHarmless(rune) ? rune.ToString() : "?");
        }

        return shown.ToString();
    }

    /// <summary>Enough of a wrong text to recognise it, in quotes.</summary>
    public static string Quote(string text) => $"'{Show(text, 40)}'";

    private static bool IsHarmless(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
