namespace Rx.Qmp;

/// <summary>The server refused a command. The connection is fine.</summary>
public sealed class QmpCommandException : QmpException
{
    private const int LongestDescription = 512;

    /// <summary>Makes one.</summary>
    /// <param name="command">The refused command.</param>
    /// <param name="error">What the server said; its description appears in the message, shortened if need be.</param>
    public QmpCommandException(string command, QmpError error)
        : base($"QEMU refused {command}: {Shorten(error.Description)} ({Shorten(error.Class)})", command, error)
    {
    }

    private static string Shorten(string text) => text.Length <= LongestDescription ? text : $"{text.AsSpan(0, LongestDescription)}…";
}
