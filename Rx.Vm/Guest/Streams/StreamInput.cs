using System.Net.Sockets;

namespace Rx.Vm.Guest;

/// <summary>What can be done about a stream whose writing side has failed.</summary>
internal static class StreamInput
{
    /// <summary>
    /// Makes a socket report its end once what it has already received was read. A peer that exits leaves its last words, exit codes among
    /// them, in our socket, and the first to notice may be a writer. False: not a socket, or not a connected one.
    /// </summary>
    public static bool EndBehindReceived(Stream stream)
    {
        if (stream is not NetworkStream { Socket: { } socket })
        {
            return false;
        }

        try
        {
            socket.Shutdown(SocketShutdown.Receive);
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
