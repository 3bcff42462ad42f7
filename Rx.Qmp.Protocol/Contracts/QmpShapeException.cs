using System.Text.Json;

namespace Rx.Qmp;

/// <summary>A value does not have the shape its reader wants.</summary>
/// <param name="message">What was wanted and what was found. It holds no text of the server's but what was cleaned.</param>
/// <param name="position">Where: the byte of the token, counted from the beginning of what is read.</param>
/// <param name="inner">What a reader threw, or null.</param>
internal sealed class QmpShapeException(string message, long position, Exception? inner = null) : JsonException(message, inner)
{
    public long Position { get; } = position;
}
