using System.Collections;
using System.Globalization;
using System.Text;
using Rx.Vm.Text;

namespace Rx.Vm.Testing.Notation;

/// <summary>
/// Values for people: one line, bounded, the same in every culture. What can't be seen is written as C# writes it (<c>\n</c>,
/// <c>\u001b</c>), bytes are hexadecimal, lists show their items. Code of the values that throws costs its own text only.
/// </summary>
internal static class ValueText
{
    /// <summary>The most characters of a text, its quotes and the ellipsis not counted.</summary>
    public const int MaxLength = 80;

    private const char Ellipsis = '…';

    public static string Of<T>(T value) => Read(value).Text;

    /// <summary>The text, and whether it is not all of the value.</summary>
    public static (string Text, bool IsCut) Read(object? value) => value switch
    {
        null => ("null", false),
        string text => Quoted(text, 0),
        ErrorPattern pattern => (pattern.Message, false),
        Exception error => Cut($"{error.GetType().Name}: {Guarded(error, e => e.Message)}"),
        _ when ByteText.TryRead(value, out var bytes) => ByteText.Of(bytes),
        ICollection items when Guarded(value, Invariant) is var own && own == value.GetType().ToString() => List(items),
        _ => Cut(Guarded(value, Invariant)),
    };

    /// <summary>A part of a string as a literal, from <paramref name="start"/> on.</summary>
    public static (string Text, bool IsCut) Quoted(string text, int start)
    {
        var (part, cut) = Escape(text.AsSpan(start), MaxLength, quoted: true);
        return ($"{(start > 0 ? Ellipsis : "")}\"{part}{(cut ? Ellipsis : "")}\"", cut || start > 0);
    }

    /// <summary>Source text, such as that of an argument, on one line, cut at 80 characters.</summary>
    public static string OneLine(string text) =>
        Cut(string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))).Text;

    private static (string Text, bool IsCut) Cut(string text) =>
        Escape(text, MaxLength) is { IsCut: false } whole ? whole : (Escape(text, MaxLength - 1).Text + Ellipsis, true);

    private static (string Text, bool IsCut) Escape(ReadOnlySpan<char> text, int most, bool quoted = false)
    {
        var written = new StringBuilder();
        while (!text.IsEmpty)
        {
            var whole = Rune.DecodeFromUtf16(text, out var rune, out var length) == System.Buffers.OperationStatus.Done;
            var shown = whole ? Shown(rune, quoted) : $"\\u{(int)text[0]:x4}";
            if (written.Length + shown.Length > most)
            {
                return (written.ToString(), true);
            }

            written.Append(shown);
            text = text[length..];
        }

        return (written.ToString(), false);
    }

    private static string Shown(Rune rune, bool quoted) => rune.Value switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '"' or '\\' when quoted => $"\\{rune}",
        _ when CleanText.Of(rune) is var clean && clean == rune.ToString() => clean,
        < 0x10000 => $"\\u{rune.Value:x4}",
        _ => $"\\U{rune.Value:x8}",
    };

    private static (string Text, bool IsCut) List(ICollection items)
    {
        var (text, cut) = (new StringBuilder("["), false);
        try
        {
            foreach (var item in items)
            {
                var (one, part) = Read(item);
                cut |= part;
                if (text.Length + one.Length > MaxLength)
                {
                    return ($"{text}{(text.Length > 1 ? ", " : "")}{Ellipsis}] ({items.Count} items)", true);
                }

                text.Append(text.Length > 1 ? ", " : "").Append(one);
            }
        }
        catch (Exception e)
        {
            return ($"({items.GetType().Name}: listing it threw {e.GetType().Name})", true);
        }

        return (text.Append(']').ToString(), cut);
    }

    private static string Guarded<T>(T value, Func<T, string> text)
    {
        try
        {
            return text(value);
        }
        catch (Exception e)
        {
            return $"({value!.GetType().Name}: its text threw {e.GetType().Name})";
        }
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
