using System.Collections.Immutable;
using System.Text;
using Rx.Vm.Text;

namespace Rx.Vm.Pods;

/// <summary>
/// Looks at every text of a spec and adds up what they will take in the one command that carries them to the guest, so that nothing is
/// serialised, and nothing booted, for a spec that can't get there. Throws at the field where it became too much.
/// </summary>
internal sealed class SpecTexts
{
    // Quotes, comma, and the keys around a text, generously.
    private const int Around = 32;

    // The keys, numbers and flags of a container.
    private const int PerContainer = 512;

    private int _left = ProcessLimits.Command - PerContainer;

    /// <summary>A container begins.</summary>
    public void BeginContainer(string field) => Take(field, PerContainer);

    /// <summary>Takes a text that may be anything but null, broken Unicode, or NUL inside.</summary>
    /// <param name="field">Where it is.</param>
    /// <param name="text">The text.</param>
    /// <param name="maxBytes">The limit, in bytes of UTF-8.</param>
    public string Check(string field, string? text, int maxBytes)
    {
        if (text is null)
        {
            throw new PodSpecException(field, "is null");
        }

        // No character takes less than a byte: a huge text is refused by its length, without being read.
        var bytes = text.Length > maxBytes ? text.Length : Encoding.UTF8.GetByteCount(text);
        if (bytes > maxBytes)
        {
            throw new PodSpecException(field, $"is longer than {maxBytes} bytes");
        }

        if (text.Contains('\0'))
        {
            throw new PodSpecException(field, "contains a NUL character");
        }

        if (!IsUnicode(text))
        {
            throw new PodSpecException(field, "is not valid Unicode");
        }

        Take(field, Around + JsonBytes(text));
        return text;
    }

    /// <summary>Takes a list: set, not too long, without nulls.</summary>
    public static ImmutableArray<T> CheckList<T>(string field, ImmutableArray<T> items, int most)
        where T : class
    {
        if (items.IsDefault)
        {
            throw new PodSpecException(field, "is not set; none is an empty list");
        }

        if (items.Length > most)
        {
            throw new PodSpecException(field, $"{items.Length} entries, at most {most}");
        }

        var gap = items.IndexOf(null!);
        return gap < 0 ? items : throw new PodSpecException($"{field}[{gap}]", "is null");
    }

    /// <summary>Takes an id; null is none.</summary>
    public static void CheckId(string field, string? id)
    {
        if (id is not null && !Identifiers.IsValid(id))
        {
            throw new PodSpecException(field, Identifiers.Complaint(id));
        }
    }

    private void Take(string field, int bytes)
    {
        _left -= bytes;
        if (_left < 0)
        {
            throw new PodSpecException(field, $"with this the texts of the spec take more than {ProcessLimits.Command} bytes");
        }
    }

    private static bool IsUnicode(string text)
    {
        var rest = text.AsSpan();
        while (rest.IndexOfAnyInRange('\ud800', '\udfff') is >= 0 and var at)
        {
            if (Rune.DecodeFromUtf16(rest[at..], out _, out var used) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }

            rest = rest[(at + used)..];
        }

        return true;
    }

    // At most: the serialiser escapes all but plain ASCII, a half of a surrogate pair like any other character.
    private static int JsonBytes(string text)
    {
        var bytes = 0;
        foreach (var c in text)
        {
            bytes += c is >= ' ' and <= '~' and not ('"' or '\\' or '&' or '\'' or '<' or '>' or '+' or '`') ? 1 : 6;
        }

        return bytes;
    }
}
