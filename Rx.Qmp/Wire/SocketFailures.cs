using System.Net.Sockets;

namespace Rx.Qmp.Wire;

/// <summary>Says in QMP's terms why a socket could not be connected.</summary>
internal static class SocketFailures
{
    public static QmpConnectFailure Classify(SocketException fault) => fault.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => QmpConnectFailure.Refused,
        // A unix socket whose queue of callers is full does not make one wait, as TCP does.
        SocketError.WouldBlock => QmpConnectFailure.Busy,
        SocketError.AccessDenied => QmpConnectFailure.AccessDenied,
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => QmpConnectFailure.HostUnknown,
        SocketError.HostUnreachable or SocketError.HostDown => QmpConnectFailure.Unreachable,
        SocketError.NetworkUnreachable or SocketError.NetworkDown => QmpConnectFailure.Unreachable,
        SocketError.AddressFamilyNotSupported or SocketError.ProtocolFamilyNotSupported => QmpConnectFailure.Unsupported,
        SocketError.ProtocolNotSupported or SocketError.SocketNotSupported => QmpConnectFailure.Unsupported,
        SocketError.TimedOut => QmpConnectFailure.TimedOut,
        // What .NET makes of a path that leads nowhere.
        SocketError.AddressNotAvailable => QmpConnectFailure.Missing,
        _ => QmpConnectFailure.Other,
    };
}
