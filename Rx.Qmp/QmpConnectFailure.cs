namespace Rx.Qmp;

/// <summary>Why no connection came about. That a monitor is busy is told by <see cref="QmpNoGreetingException"/>, except under TLS
/// (<see cref="NoHandshake"/>).</summary>
public enum QmpConnectFailure
{
    /// <summary>The socket path is longer than the system can address; nothing was tried.</summary>
    PathTooLong,

    /// <summary>No such socket until the time was up.</summary>
    Missing,

    /// <summary>The socket or host exists but nobody listened there until the time was up.</summary>
    Refused,

    /// <summary>As many callers as the socket's queue holds were waiting there until the time was up: the monitor is busy with another
    /// client, or QEMU is not running.</summary>
    Busy,

    /// <summary>This process may not connect to the socket.</summary>
    AccessDenied,

    /// <summary>The host's name has no address, or nobody who knows could be asked.</summary>
    HostUnknown,

    /// <summary>There is no way to the host.</summary>
    Unreachable,

    /// <summary>TLS did not come about: one side does not trust the other's certificate, or the server does not speak TLS. A server
    /// that hangs up before it greets counts too: that is how QEMU refuses a client's certificate.</summary>
    TlsRefused,

    /// <summary>Connected, but TLS was not answered until the time was up: the monitor is busy with another client, or QEMU is not
    /// running.</summary>
    NoHandshake,

    /// <summary>This system has no such kind of socket.</summary>
    Unsupported,

    /// <summary>The time was up while the connection was being made, or before anyone called a listener.</summary>
    TimedOut,

    /// <summary>The code of an endpoint that the application opens itself (<see cref="QmpEndpoint.Create"/>) threw; the inner exception is
    /// what it threw.</summary>
    EndpointFailed,

    /// <summary>Anything else; the inner exception tells.</summary>
    Other,
}
