using System.Buffers;

namespace Rx.Vm.Text;

/// <summary>
/// The one rule for ids of machines, pods, containers and images, on the host and in the guest: safe as a directory, an option and a line
/// of a log.
/// </summary>
internal static class Identifiers
{
    /// <summary>The longest id.</summary>
    public const int MaxLength = 64;

    /// <summary>The rule in words.</summary>
    public const string Rule = "1 to 64 of letters, digits, '_', '.', '-', the first a letter or digit";

    private static readonly SearchValues<char> Characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-");

    /// <summary>Whether <paramref name="id"/> is one: <c>[A-Za-z0-9][A-Za-z0-9_.-]{0,63}</c>.</summary>
    public static bool IsValid(string? id) =>
        id is { Length: >= 1 and <= MaxLength } && char.IsAsciiLetterOrDigit(id[0]) && !id.AsSpan().ContainsAnyExcept(Characters);

    /// <summary>The complaint about <paramref name="id"/>, which breaks the rule.</summary>
    public static string Complaint(string? id) => $"{CleanText.Quote(id)} is not an id: {Rule}";
}
