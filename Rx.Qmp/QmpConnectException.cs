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
        QmpConnectFailure.Refused => "nobody listens on it",
        QmpConnectFailure.AccessDenied => "access denied",
        QmpConnectFailure.TimedOut => "not accepted in time",
        QmpConnectFailure.Other => "the system refused",
    };
}
