using Rx.Qmp.Isolation;

namespace Rx.Qmp.Connections;

/// <summary>A client's states on their way to its observers: told in the order in which they came about and by one thread at a time, though
/// they come about on several. The final one ends the stream.</summary>
/// <param name="observers">Who is told.</param>
internal sealed class StateLine(ObserverHub<QmpConnectionState> observers)
{
    private readonly Lock _gate = new();
    private readonly Queue<QmpConnectionState> _line = new();
    private bool _telling;

    /// <summary>Puts a state in line. Calls nobody, so it may run under a lock.</summary>
    public void Add(QmpConnectionState state)
    {
        lock (_gate)
        {
            _line.Enqueue(state);
        }
    }

    /// <summary>Tells what is in line, unless somebody is at it already, who then goes on.</summary>
    public void Tell()
    {
        while (TryTake() is { } state)
        {
            if (state.IsFinal)
            {
                observers.Complete(state);
            }
            else
            {
                observers.Publish(state);
            }

            lock (_gate)
            {
                _telling = false;
            }
        }
    }

    private QmpConnectionState? TryTake()
    {
        lock (_gate)
        {
            if (_telling || !_line.TryDequeue(out var state))
            {
                return null;
            }

            _telling = true;
            return state;
        }
    }
}
