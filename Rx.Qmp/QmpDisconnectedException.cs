namespace Rx.Qmp;

/// <summary>The connection ended before, or while, the command was under way. Whether it took effect is unknown.</summary>
public sealed class QmpDisconnectedException : QmpException
{
    /// <summary>Makes one.</summary>
    /// <param name="reason">How the connection ended, as a sentence.</param>
    /// <param name="command">The command that cannot be answered any more, or null.</param>
    /// <param name="inner">The cause all commands of the connection share, or null.</param>
    public QmpDisconnectedException(string reason, string? command = null, Exception? inner = null)
        : base(command is null ? reason : $"{command} cannot be answered. {reason}", command, null, inner)
    {
    }
}
