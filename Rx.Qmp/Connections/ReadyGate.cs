using System.Reactive.Concurrency;
using Rx.Qmp.Session;

namespace Rx.Qmp.Connections;

/// <summary>Lets commands through while a connection takes them, and has them wait, in order, while none does. A command that waits here
/// was not sent, so letting it through later sends nothing twice.</summary>
internal sealed class ReadyGate(QmpClientOptions options)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Place> _waiting = [];
    private volatile QmpSession? _session;
    private bool _closed;
    private QmpException? _cause;

    /// <summary>The connection that takes commands; else null. Asked for by every command, so without the lock: a connection is set when
    /// nobody is left in line.</summary>
    public QmpSession? Current => _session is { HasEnded: false } session ? session : null;

    /// <summary>Lets commands through: those that wait enter first, one after the other on this thread, and whoever comes meanwhile gets
    /// in line behind them.</summary>
    public void Open(QmpSession session)
    {
        while (TakeOrOpen(session) is { } place)
        {
            place.Enter(session);
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
            place.Fail(Ended(place.Command));
        }
    }

    /// <summary>Waits for a connection that takes commands, and enters it in its turn.</summary>
    /// <typeparam name="T">What comes of entering.</typeparam>
    /// <param name="command">Which command waits.</param>
    /// <param name="limit">How long.</param>
    /// <param name="enter">Enters: has the command in the connection's queue when it returns. Must not block.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="QmpNotSentException">No connection in time.</exception>
    /// <exception cref="QmpDisconnectedException">There will be none any more.</exception>
    public async ValueTask<T> WaitAsync<T>(
        string command, TimeSpan limit, Func<QmpSession, T> enter, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var place = new Place<T>(command, enter, options.InlineContinuations);
        if (Join(place) is { } session)
        {
            return enter(session);
        }

        using var timer = options.Scheduler.Schedule(limit, () => Leave(place)?.Fail(NotSent(command, limit)));
        using var cancel = cancellationToken.UnsafeRegister((_, token) => Leave(place)?.Fail(new OperationCanceledException(token)), null);
        return await place.Entered.ConfigureAwait(false);
    }

    /// <summary>Gets in line.</summary>
    /// <returns>The connection, where no line is needed; else null.</returns>
    private QmpSession? Join(Place place)
    {
        lock (_gate)
        {
            if (_closed)
            {
                throw Ended(place.Command);
            }

            if (_session is { HasEnded: false })
            {
                return _session;
            }

            if (_waiting.Count >= options.MaxWaitingCommands)
            {
                throw new QmpQueueFullException(place.Command, options.MaxWaitingCommands);
            }

            _waiting.AddLast(place);
            return null;
        }
    }

    /// <summary>Takes the next in line; where there is none, lets everybody through from now on.</summary>
    private Place? TakeOrOpen(QmpSession session)
    {
        lock (_gate)
        {
            if (_closed || session.HasEnded)
            {
                return null;
            }

            if (_waiting.First is { } first)
            {
                _waiting.RemoveFirst();
                return first.Value;
            }

            _session = session;
            return null;
        }
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

    private abstract class Place(string command)
    {
        private readonly ExecutionContext? _caller = ExecutionContext.Capture();

        public string Command => command;

        /// <summary>Enters as the caller would, whatever belongs to his flow of execution included.</summary>
        public void Enter(QmpSession session)
        {
            if (_caller is null)
            {
                EnterHere(session);
            }
            else
            {
                ExecutionContext.Run(_caller, _ => EnterHere(session), null);
            }
        }

        public abstract void Fail(Exception fault);

        protected abstract void EnterHere(QmpSession session);
    }

    private sealed class Place<T>(string command, Func<QmpSession, T> enter, bool inline) : Place(command)
    {
        private readonly TaskCompletionSource<T> _entered = new(SchedulerDelay.Options(inline));

        public Task<T> Entered => _entered.Task;

        public override void Fail(Exception fault)
        {
            if (fault is OperationCanceledException cancelled)
            {
                _entered.TrySetCanceled(cancelled.CancellationToken);
            }
            else
            {
                _entered.TrySetException(fault);
            }
        }

        protected override void EnterHere(QmpSession session)
        {
            try
            {
                _entered.TrySetResult(enter(session));
            }
            catch (Exception fault)
            {
                _entered.TrySetException(fault);
            }
        }
    }
}
