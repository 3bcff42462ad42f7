namespace Rx.Qmp;

/// <summary>No connection to the endpoint came about.</summary>
public sealed class QmpConnectException : QmpException
{
    /// <param name="failure">Why.</param>
    /// <param name="endpoint">The endpoint as text.</param>
    /// <param name="inner">The underlying exception, or null.</param>
    public QmpConnectException(QmpConnectFailure failure, string endpoint, Exception? inner = null)
        : base($"Cannot connect to {endpoint}: {Explain(failure, inner)}.", null, null, inner)
    {
        Failure = failure;
        Endpoint = endpoint;
    }

    /// <summary>Why.</summary>
    public QmpConnectFailure Failure { get; }

    /// <summary>The endpoint as text.</summary>
    public string Endpoint { get; }

    /// <summary>False where trying again cannot help: what is asked for does not exist here, or the endpoint's code is wrong.</summary>
    internal bool MayPass => Failure switch
    {
        QmpConnectFailure.PathTooLong or QmpConnectFailure.Unsupported => false,
        QmpConnectFailure.EndpointFailed => InnerException is not (ArgumentException or InvalidOperationException or NullReferenceException
            or NotSupportedException or NotImplementedException or IndexOutOfRangeException or InvalidCastException or KeyNotFoundException
            or FormatException or ArithmeticException or TypeLoadException or MemberAccessException),
        _ => true,
    };

    private static string Explain(QmpConnectFailure failure, Exception? inner) => failure switch
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
        QmpConnectFailure.EndpointFailed when inner is not null =>
            $"the code that opens it threw {inner.GetType().Name}: {inner.Message.TrimEnd('.')}",
        QmpConnectFailure.EndpointFailed => "the code that opens it failed",
        QmpConnectFailure.Other => "the system refused",
    };
}
