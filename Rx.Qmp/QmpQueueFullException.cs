namespace Rx.Qmp;

/// <summary>Too many commands wait for their turn already; this one was not sent.</summary>
public sealed class QmpQueueFullException : QmpException
{
    /// <summary>Makes one.</summary>
    /// <param name="command">The command that was turned away.</param>
    /// <param name="limit">How many may wait (<see cref="QmpClientOptions.MaxWaitingCommands"/>).</param>
    public QmpQueueFullException(string command, int limit)
        : base($"{command} was not sent: {limit} commands wait already.", command) => Limit = limit;

    /// <summary>How many commands may wait.</summary>
    public int Limit { get; }
}
