namespace Rx.Qmp;

/// <summary>The application could not catch up on a new connection (<see cref="QmpClientOptions.Resync"/>), which was dropped.</summary>
public sealed class QmpResyncException : QmpException
{
    /// <summary>Makes one.</summary>
    /// <param name="inner">What went wrong.</param>
    public QmpResyncException(Exception inner)
        : base("Catching up on the new connection failed.", null, null, inner)
    {
    }
}
