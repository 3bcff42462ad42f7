using System.Globalization;
using System.Text;

namespace Rx.Vm.Guest;

/// <summary>
/// The one door for text that the guest wrote (S10). What comes out can be shown on a terminal and put in a log: no control characters, no
/// line breaks, no bidirectional or other invisible formatting, no broken encoding, no more than was asked for.
/// </summary>
internal static class GuestText
{
    private const char Replacement = '\uFFFD';

    /// <summary>
    /// UTF-8 from the guest: at most <paramref name="maxBytes"/> of it are looked at, and an ellipsis tells that there was more.
    /// </summary>
    public static string Sanitize(ReadOnlySpan<byte> utf8, int maxBytes)
    {
        var cut = utf8.Length > maxBytes;
        var rest = cut ? utf8[..WholeRunes(utf8, maxBytes)] : utf8;
        var text = new StringBuilder(rest.Length);
        while (!rest.IsEmpty)
        {
            // A broken sequence decodes to the replacement rune and is at least one byte long, so this always advances.
            Rune.DecodeFromUtf8(rest, out var rune, out var consumed);
            rest = rest[consumed..];
            Append(text, rune);
        }

        return Finish(text, cut);
    }

    /// <summary>
    /// Text from the guest that was decoded already, as from JSON; at most <paramref name="maxChars"/> UTF-16 units are looked at.
    /// </summary>
    public static string Sanitize(ReadOnlySpan<char> text, int maxChars)
    {
        var cut = text.Length > maxChars;
        var rest = cut ? text[..(maxChars > 0 && char.IsHighSurrogate(text[maxChars - 1]) ? maxChars - 1 : maxChars)] : text;
        var clean = new StringBuilder(rest.Length);
        while (!rest.IsEmpty)
        {
            Rune.DecodeFromUtf16(rest, out var rune, out var consumed);
            rest = rest[consumed..];
            Append(clean, rune);
        }

        return Finish(clean, cut);
    }

    private static string Finish(StringBuilder text, bool cut) => (cut ? text.Append('…') : text).ToString();

    /// <summary>The cut must not break the character that lies across it: step back over at most three continuation bytes.</summary>
    private static int WholeRunes(ReadOnlySpan<byte> utf8, int limit)
    {
        var end = limit;
        while (end > 0 && limit - end < 3 && (utf8[end] & 0xC0) == 0x80)
        {
            end--;
        }

        return (utf8[end] & 0xC0) == 0x80 ? limit : end;
    }

    private static void Append(StringBuilder text, Rune rune)
    {
        if (rune.Value is '\t' or '\n' or '\r')
        {
            text.Append(' ');
        }
        else if (IsHarmless(rune))
        {
            text.Append(rune);
        }
        else
        {
            text.Append(Replacement);
        }
    }

    private static bool IsHarmless(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
