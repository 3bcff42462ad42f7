namespace Rx.Qmp.Agent;

/// <summary>The guest agent refused a command, or failed at it. The connection is fine.</summary>
public sealed class QgaCommandException : QmpException
{
    private const int LongestDescription = 512;

    /// <summary>Makes one.</summary>
    /// <param name="command">The command.</param>
    /// <param name="error">What the agent said; its description appears in the message, shortened if need be.</param>
    public QgaCommandException(string command, QmpError error)
        : base($"The guest agent refused {command}: {Shorten(error.Description)} ({Shorten(error.Class)})", command, error)
    {
    }

    private static string Shorten(string text) => text.Length <= LongestDescription ? text : $"{text.AsSpan(0, LongestDescription)}…";
}
