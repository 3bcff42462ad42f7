namespace Rx.Qmp;

/// <summary>The connection cannot do what the command needs, so it was not sent.</summary>
public sealed class QmpUnsupportedException : QmpException
{
    /// <summary>Makes one.</summary>
    /// <param name="need">What is missing.</param>
    /// <param name="message">The same as a sentence.</param>
    /// <param name="command">The command.</param>
    public QmpUnsupportedException(QmpConnectionFeature need, string message, string command)
        : base(message, command) => Need = need;

    /// <summary>What is missing.</summary>
    public QmpConnectionFeature Need { get; }
}
