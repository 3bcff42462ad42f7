namespace Rx.Qmp;

/// <summary>A listener could not be set up.</summary>
public sealed class QmpListenException : QmpException
{
    /// <summary>Makes one.</summary>
    /// <param name="failure">Why.</param>
    /// <param name="address">The address as text.</param>
    /// <param name="inner">The underlying exception, or null.</param>
    public QmpListenException(QmpListenFailure failure, string address, Exception? inner = null)
        : base($"Cannot listen on {address}: {Explain(failure)}.", null, null, inner)
    {
        Failure = failure;
        Address = address;
    }

    /// <summary>Why.</summary>
    public QmpListenFailure Failure { get; }

    /// <summary>The address as text.</summary>
    public string Address { get; }

    private static string Explain(QmpListenFailure failure) => failure switch
    {
        QmpListenFailure.PathTooLong => "a unix socket path may have at most 107 bytes",
        QmpListenFailure.InUse => "another process listens there",
        QmpListenFailure.NotASocket => "something that is no socket is there",
        QmpListenFailure.AccessDenied => "access denied",
        QmpListenFailure.Other => "the system refused",
    };
}
