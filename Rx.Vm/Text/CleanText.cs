using System.Globalization;
using System.Text;

namespace Rx.Vm.Text;

/// <summary>
/// Makes text that others wrote (guests, specs, QEMU, tools, images) harmless. What comes out can be shown on a terminal and put in a log:
/// no control characters, no line breaks, no bidirectional or other invisible formatting, no broken encoding, no more than was asked for.
/// Texts in states have been through it; use it for whatever else you print, such as messages that name a path.
/// </summary>
public static class CleanText
{
    private const int Quoted = 80;

    /// <summary>UTF-8 as one harmless line: a blank for a tab or a line break, U+FFFD for all else that is not to be shown.</summary>
    /// <param name="utf8">The text, of any length and as broken as it may be.</param>
    /// <param name="maxBytes">How much of it is looked at; an ellipsis tells that there was more.</param>
    public static string Of(ReadOnlySpan<byte> utf8, int maxBytes)
    {
        var cut = utf8.Length > maxBytes;
        var rest = cut ? utf8[..WholeRunes(utf8, maxBytes)] : utf8;
        var text = new StringBuilder(rest.Length);
        while (!rest.IsEmpty)
        {
            // A broken sequence decodes to the replacement rune and is at least one byte long, so this always advances.
            Rune.DecodeFromUtf8(rest, out var rune, out var consumed);
            rest = rest[consumed..];
            text.Append(Harmless(rune));
        }

        return Finish(text, cut);
    }

    /// <summary>Text that was decoded already, likewise.</summary>
    /// <param name="text">The text.</param>
    /// <param name="maxChars">How many UTF-16 units of it are looked at; an ellipsis tells that there was more.</param>
    public static string Of(ReadOnlySpan<char> text, int maxChars)
    {
        var cut = text.Length > maxChars;
        var rest = cut ? text[..(maxChars > 0 && char.IsHighSurrogate(text[maxChars - 1]) ? maxChars - 1 : maxChars)] : text;
        var clean = new StringBuilder(rest.Length);
        while (!rest.IsEmpty)
        {
            Rune.DecodeFromUtf16(rest, out var rune, out var consumed);
            rest = rest[consumed..];
            clean.Append(Harmless(rune));
        }

        return Finish(clean, cut);
    }

    /// <summary>One character, likewise.</summary>
    public static string Of(Rune character) => Harmless(character).ToString();

    /// <summary>Enough of a text to recognise it in a message, in quotes.</summary>
    internal static string Quote(string? text) => $"'{Of(text, Quoted)}'";

    /// <summary>Whether every character may be shown as it is.</summary>
    internal static bool IsClean(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out var rune, out var consumed) != System.Buffers.OperationStatus.Done || !IsHarmless(rune))
            {
                return false;
            }

            text = text[consumed..];
        }

        return true;
    }

    private static string Finish(StringBuilder text, bool cut) => (cut ? text.Append('…') : text).ToString();

    // The cut must not break the character that lies across it: step back over at most three continuation bytes.
    private static int WholeRunes(ReadOnlySpan<byte> utf8, int limit)
    {
        var end = limit;
        while (end > 0 && limit - end < 3 && (utf8[end] & 0xC0) == 0x80)
        {
            end--;
        }

        return (utf8[end] & 0xC0) == 0x80 ? limit : end;
    }

    private static Rune Harmless(Rune rune) => rune.Value is '\t' or '\n' or '\r' ? new(' ') : IsHarmless(rune) ? rune : Rune.ReplacementChar;

    private static bool IsHarmless(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
