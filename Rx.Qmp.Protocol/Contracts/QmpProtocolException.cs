namespace Rx.Qmp;

/// <summary>The server sent something the protocol does not allow, or that exceeds a limit.</summary>
public sealed class QmpProtocolException : QmpException
{
    /// <summary>Makes one.</summary>
    /// <param name="fault">What is wrong.</param>
    /// <param name="message">The same as a sentence.</param>
    /// <param name="inner">The underlying exception, or null.</param>
    /// <param name="command">The command it spoiled, or null.</param>
    public QmpProtocolException(QmpProtocolFault fault, string message, Exception? inner = null, string? command = null)
        : base(message, command, null, inner) => Fault = fault;

    /// <summary>What is wrong.</summary>
    public QmpProtocolFault Fault { get; }
}
