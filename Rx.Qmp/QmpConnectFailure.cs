namespace Rx.Qmp;

/// <summary>Why no connection came about.</summary>
public enum QmpConnectFailure
{
    /// <summary>The socket path is longer than the system can address; nothing was tried.</summary>
    PathTooLong,

    /// <summary>No such socket until the time was up.</summary>
    Missing,

    /// <summary>The socket exists but nobody listened on it until the time was up.</summary>
    Refused,

    /// <summary>This process may not connect to the socket.</summary>
    AccessDenied,

    /// <summary>The time was up while the connection was being made.</summary>
    TimedOut,

    /// <summary>Anything else; the inner exception tells.</summary>
    Other,
}
