namespace Rx.Qmp;

/// <summary>Why a <see cref="QmpListener"/> cannot listen.</summary>
public enum QmpListenFailure
{
    /// <summary>The socket path is longer than the system can address.</summary>
    PathTooLong,

    /// <summary>Another process listens there.</summary>
    InUse,

    /// <summary>Something that is no socket has that path; it was left alone.</summary>
    NotASocket,

    /// <summary>This process may not listen there.</summary>
    AccessDenied,

    /// <summary>Anything else; the inner exception tells.</summary>
    Other,
}
