using System.Net.Sockets;
using System.Text;

namespace Rx.Qmp.Wire;

/// <summary>Connects to a listening unix socket and says in QMP's terms why it could not.</summary>
internal static class UnixSocket
{
    /// <summary>Longest address in bytes: sun_path holds 108 with its final NUL.</summary>
    public const int MaxPathBytes = 107;

    public static async ValueTask<Stream> ConnectAsync(string path, string shownAs, CancellationToken cancellationToken)
    {
        if (Encoding.UTF8.GetByteCount(path) > MaxPathBytes)
        {
            throw new QmpConnectException(QmpConnectFailure.PathTooLong, shownAs);
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException fault)
        {
            socket.Dispose();
            throw new QmpConnectException(Classify(fault), shownAs, fault);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static QmpConnectFailure Classify(SocketException fault)
    {
        const int NoEntry = 2;
        const int NotADirectory = 20;
        return fault.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => QmpConnectFailure.Refused,
            SocketError.AccessDenied => QmpConnectFailure.AccessDenied,
            _ when fault.NativeErrorCode is NoEntry or NotADirectory => QmpConnectFailure.Missing,
            SocketError.AddressNotAvailable => QmpConnectFailure.Missing,
            _ => QmpConnectFailure.Other,
        };
    }
}
