using System.Globalization;
using System.Text;

namespace Rx.Vm.Testing;

/// <summary>C# string literals that can hold anything and end nowhere early: all but plain ASCII is escaped.</summary>
internal static class JournalLiteral
{
    /// <summary>The literal of <paramref name="text"/>, quotes included.</summary>
    public static string Of(string? text)
    {
        var literal = new StringBuilder("\"");
        foreach (var character in text ?? "")
        {
            if (character is '"' or '\\')
            {
                literal.Append('\\').Append(character);
            }
            else if (character is >= ' ' and <= '~')
            {
                literal.Append(character);
            }
            else
            {
                literal.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            }
        }

        return literal.Append('"').ToString();
    }
}
