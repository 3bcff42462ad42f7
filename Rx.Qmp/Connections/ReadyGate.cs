using System.Reactive.Concurrency;
using Rx.Qmp.Session;

namespace Rx.Qmp.Connections;

/// <summary>Lets commands through while a connection takes them, and has them wait, in order, while none does. A command that waits here
/// was not sent, so letting it through later sends nothing twice.</summary>
internal sealed class ReadyGate(QmpClientOptions options)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Place> _waiting = [];
    private QmpSession? _session;
    private bool _closed;
    private QmpException? _cause;

    /// <summary>The connection that takes commands; else null.</summary>
    public QmpSession? Current
    {
        get
        {
            lock (_gate)
            {
                return _session is { HasEnded: false } ? _session : null;
            }
        }
    }

    /// <summary>Lets commands through, those that wait first.</summary>
    public void Open(QmpSession session)
    {
        Place[] waiting;
        lock (_gate)
        {
            if (_closed || session.HasEnded)
            {
                return;
            }

            _session = session;
            waiting = [.. _waiting];
            _waiting.Clear();
        }

        foreach (var place in waiting)
        {
            place.TrySetResult(session);
        }
    }

    /// <summary>Has commands wait from now on.</summary>
    public void Shut(QmpException? cause)
    {
        lock (_gate)
        {
            (_session, _cause) = (null, cause);
        }
    }

    /// <summary>Refuses commands from now on, those that wait included.</summary>
    public void Close(QmpException? cause)
    {
        Place[] waiting;
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            (_closed, _session, _cause) = (true, null, cause);
            waiting = [.. _waiting];
            _waiting.Clear();
        }

        foreach (var place in waiting)
        {
            place.TrySetException(Ended(place.Command));
        }
    }

    /// <summary>Waits for a connection that takes commands.</summary>
    /// <param name="command">Which command waits.</param>
    /// <param name="limit">How long.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="QmpNotSentException">No connection in time.</exception>
    /// <exception cref="QmpDisconnectedException">There will be none any more.</exception>
    public async ValueTask<QmpSession> WaitAsync(string command, TimeSpan limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var place = new Place(command, options.InlineContinuations);
        lock (_gate)
        {
            if (_closed)
            {
                throw Ended(command);
            }

            if (_session is { HasEnded: false })
            {
                return _session;
            }

            if (_waiting.Count >= options.MaxWaitingCommands)
            {
                throw new QmpQueueFullException(command, options.MaxWaitingCommands);
            }

            _waiting.AddLast(place);
        }

        using var timer = options.Scheduler.Schedule(limit, () => Leave(place)?.TrySetException(NotSent(command, limit)));
        using var cancel = cancellationToken.UnsafeRegister((_, token) => Leave(place)?.TrySetCanceled(token), null);
        return await place.Task.ConfigureAwait(false);
    }

    private Place? Leave(Place place)
    {
        lock (_gate)
        {
            return _waiting.Remove(place) ? place : null;
        }
    }

    private QmpNotSentException NotSent(string command, TimeSpan limit)
    {
        lock (_gate)
        {
            return new QmpNotSentException(command, limit, _cause);
        }
    }

    private QmpDisconnectedException Ended(string command) => new(_cause?.Message ?? "The connection was closed.", command, _cause);

    private sealed class Place(string command, bool inline) : TaskCompletionSource<QmpSession>(SchedulerDelay.Options(inline))
    {
        public string Command => command;
    }
}
