using System.ComponentModel;
using System.Net.Sockets;

namespace Rx.Qmp.Wire;

/// <summary>Error numbers of Linux as exceptions of .NET, whose own constructor takes numbers of Windows.</summary>
internal static class Errno
{
    /// <summary>What a socket call failed with.</summary>
    public static SocketException ToSocketException(int error) => new((int)(error switch
    {
        1 or 13 => SocketError.AccessDenied,
        11 => SocketError.WouldBlock,
        23 or 24 => SocketError.TooManyOpenSockets,
        32 => SocketError.Shutdown,
        93 => SocketError.ProtocolNotSupported,
        94 => SocketError.SocketNotSupported,
        97 => SocketError.AddressFamilyNotSupported,
        104 => SocketError.ConnectionReset,
        105 => SocketError.NoBufferSpaceAvailable,
        _ => SocketError.SocketError,
    }), new Win32Exception(error).Message);
}
