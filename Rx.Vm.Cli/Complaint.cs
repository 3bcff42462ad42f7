using Rx.Vm.Text;

namespace Rx.Vm.Cli;

/// <summary>What the program tells its user on standard error: one line, whatever was in it.</summary>
internal static class Complaint
{
    private const int MaxLength = 1000;

    /// <summary>Writes <c>rxvm: message</c>.</summary>
    public static void Write(TextWriter error, string message) => error.WriteLine($"rxvm: {OneLine(message)}");

    /// <summary>
    /// <paramref name="text"/> as one line: guests and spec authors must not steer the terminal of whoever reads their mistakes.
    /// </summary>
    public static string OneLine(string text) => CleanText.Of(text, MaxLength).Trim();
}
