namespace Rx.Qmp;

/// <summary>No connection to the endpoint came about.</summary>
public sealed class QmpConnectException : QmpException
{
    /// <summary>Makes one.</summary>
    /// <param name="failure">Why.</param>
    /// <param name="endpoint">The endpoint as text.</param>
    /// <param name="inner">The underlying exception, or null.</param>
    public QmpConnectException(QmpConnectFailure failure, string endpoint, Exception? inner = null)
        : base($"Cannot connect to {endpoint}: {Explain(failure)}.", null, null, inner)
    {
        Failure = failure;
        Endpoint = endpoint;
    }

    /// <summary>Why.</summary>
    public QmpConnectFailure Failure { get; }

    /// <summary>The endpoint as text.</summary>
    public string Endpoint { get; }

    private static string Explain(QmpConnectFailure failure) => failure switch
    {
        QmpConnectFailure.PathTooLong => "a unix socket path may have at most 107 bytes",
        QmpConnectFailure.Missing => "there is no such socket",
        QmpConnectFailure.Refused => "nobody listens there",
        QmpConnectFailure.Busy => "too many wait there already: the monitor is busy with another client, or QEMU is not running",
        QmpConnectFailure.AccessDenied => "access denied",
        QmpConnectFailure.HostUnknown => "the host is unknown",
        QmpConnectFailure.Unreachable => "the host cannot be reached",
        QmpConnectFailure.TlsRefused => "TLS was refused",
        QmpConnectFailure.NoHandshake => "TLS was not answered: the monitor is busy with another client, or QEMU is not running",
        QmpConnectFailure.Unsupported => "this system has no such sockets",
        QmpConnectFailure.TimedOut => "no connection in time",
        QmpConnectFailure.Other => "the system refused",
    };
}
