using System.Net.Sockets;
using System.Text;

namespace Rx.Qmp.Wire;

/// <summary>Connects to a listening unix socket.</summary>
internal static class UnixSocket
{
    /// <summary>Longest address in bytes: sun_path holds 108 with its final NUL.</summary>
    public const int MaxPathBytes = 107;

    /// <exception cref="QmpConnectException">The path is longer than that.</exception>
    public static void CheckLength(string path, string shownAs)
    {
        if (Encoding.UTF8.GetByteCount(path) > MaxPathBytes)
        {
            throw new QmpConnectException(QmpConnectFailure.PathTooLong, shownAs);
        }
    }

    public static ValueTask<Stream> ConnectAsync(string path, string shownAs, CancellationToken cancellationToken)
    {
        CheckLength(path, shownAs);
        return SocketStream.ConnectAsync(
            static () => new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified),
            _ => new UnixDomainSocketEndPoint(path),
            shownAs,
            cancellationToken);
    }
}
