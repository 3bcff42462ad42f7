using System.Text;

namespace Rx.Qmp.Generator;

/// <summary>Names of the wire as names of C#.</summary>
internal static class Naming
{
    /// <summary>node-name, BLOCK_JOB_READY, legacyESX, 144 as NodeName, BlockJobReady, LegacyEsx, V144.</summary>
    public static string Pascal(string wire)
    {
        var shouting = wire.Any(char.IsAsciiLetterUpper) && !wire.Any(char.IsAsciiLetterLower) && wire.Length > 1;
        var name = new StringBuilder();
        var before = '-';
        foreach (var c in shouting ? wire.ToLowerInvariant() : wire)
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                name.Append(!char.IsAsciiLetterOrDigit(before) ? char.ToUpperInvariant(c) : char.IsAsciiLetterUpper(before) ? char.ToLowerInvariant(c) : c);
            }

            before = c;
        }

        return name.Length == 0 ? "Empty" : char.IsAsciiDigit(name[0]) ? "V" + name : name.ToString();
    }

    /// <summary>True if a name has the casing of .NET, acronyms as words: AcpiOstInfo, not ACPIOSTInfo. A single letter in front may be a
    /// word of its own: QCrypto, XDbg.</summary>
    public static bool HasNetCasing(string name) =>
        char.IsAsciiLetterUpper(name[0]) && !name.Contains('_', StringComparison.Ordinal)
        && !Enumerable.Range(1, name.Length - 1).Any(i => char.IsAsciiLetterUpper(name[i]) && char.IsAsciiLetterUpper(name[i - 1]) && i > 1);

    /// <summary>The name, with a suffix if it is taken; it is taken from then on.</summary>
    public static string Claim(HashSet<string> taken, string wanted, string suffix)
    {
        var name = wanted;
        for (var number = 1; !taken.Add(name); number++)
        {
            name = number == 1 ? wanted + suffix : $"{wanted}{suffix}{number}";
        }

        return name;
    }
}
