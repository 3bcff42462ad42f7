using System.Net.Sockets;

namespace Rx.Qmp.Wire;

/// <summary>How TCP connections of this protocol are set up.</summary>
internal static class TcpTuning
{
    private const int IdleSeconds = 30;
    private const int ProbeSeconds = 10;
    private const int Probes = 3;

    public static void Apply(Socket socket)
    {
        // Commands are single small writes: held back, each would wait for the reply to the one before.
        socket.NoDelay = true;

        // Who only listens for events would not notice that the other host has gone: the kernel asks for him.
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, IdleSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, ProbeSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Probes);
    }
}
