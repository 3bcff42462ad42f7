using System.Text;

namespace Rx.Vm.Testing.Notation;

/// <summary>Which names a diagram can hold, and which of them need no brackets.</summary>
internal static class Names
{
    public const int MaxLength = 64;

    private const string Signs = "-()|#^![]{}";

    /// <summary>Whether the name can stand in brackets.</summary>
    public static bool IsLegal(string? name)
    {
        if (string.IsNullOrEmpty(name) || name.Length > MaxLength)
        {
            return false;
        }

        for (var i = 0; i < name.Length;)
        {
            if (!Rune.TryGetRuneAt(name, i, out var rune) || Rune.IsControl(rune) || rune.Value is '[' or ']')
            {
                return false;
            }

            i += rune.Utf16SequenceLength;
        }

        return true;
    }

    /// <summary>Whether the name is one visible character that means nothing else.</summary>
    public static bool IsBare(string name) =>
        Rune.TryGetRuneAt(name, 0, out var rune) && rune.Utf16SequenceLength == name.Length && !Signs.Contains(name[0])
        && (Rune.IsLetterOrDigit(rune) || Rune.IsPunctuation(rune) || Rune.IsSymbol(rune));

    /// <summary>The name as a member of a diagram.</summary>
    public static string Token(string name) => IsBare(name) ? name : $"[{name}]";
}
