using System.Net;
using System.Net.Sockets;

namespace Rx.Qmp.Wire;

/// <summary>Connects sockets, and says in QMP's terms why it could not.</summary>
internal static class SocketStream
{
    /// <summary>Makes one attempt.</summary>
    /// <param name="create">Makes the socket.</param>
    /// <param name="target">Where to connect it to.</param>
    /// <param name="shownAs">The endpoint as text.</param>
    /// <param name="cancellationToken">Gives up, at once.</param>
    /// <returns>A stream that owns the socket.</returns>
    /// <exception cref="QmpConnectException">It failed.</exception>
    public static async ValueTask<Stream> ConnectAsync(
        Func<Socket> create, Func<Socket, EndPoint> target, string shownAs, CancellationToken cancellationToken)
    {
        Socket? socket = null;
        try
        {
            socket = create();
            await ConnectAsync(socket, target(socket), cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException fault)
        {
            socket?.Dispose();
            throw new QmpConnectException(SocketFailures.Classify(fault), shownAs, fault);
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    private static async Task ConnectAsync(Socket socket, EndPoint target, CancellationToken cancellationToken)
    {
        var connecting = socket.ConnectAsync(target, cancellationToken).AsTask();
        if (target is not DnsEndPoint)
        {
            await connecting.ConfigureAwait(false);
            return;
        }

        try
        {
            // Looking up a name cannot be cancelled everywhere: leave it to itself then.
            await connecting.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _ = connecting.ContinueWith(
                static ended => ended.Exception,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            throw;
        }
    }
}
