namespace Rx.Qmp;

/// <summary>A command was not sent: no connection came about in the time it had. It took no effect and never will.</summary>
public sealed class QmpNotSentException : QmpException
{
    /// <summary>Makes one.</summary>
    /// <param name="command">The command.</param>
    /// <param name="waited">How long it waited for a connection.</param>
    /// <param name="cause">Why there is no connection, as far as known; else null.</param>
    public QmpNotSentException(string command, TimeSpan waited, QmpException? cause = null)
        : base($"{command} was not sent: no connection within {waited.TotalSeconds:0.###} s.", command, null, cause) => Waited = waited;

    /// <summary>How long it waited for a connection.</summary>
    public TimeSpan Waited { get; }
}
