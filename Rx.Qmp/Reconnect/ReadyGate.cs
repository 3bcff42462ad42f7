using System.Reactive.Concurrency;
using Rx.Qmp.Session;

namespace Rx.Qmp.Reconnect;

/// <summary>Lets commands through while a connection is ready, and has them wait, in order, while none is. A command that waits here was
/// not sent, so letting it through later sends nothing twice.</summary>
internal sealed class ReadyGate(QmpClientOptions options)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<TaskCompletionSource<QmpClient>> _waiting = [];
    private QmpClient? _client;
    private bool _closed;
    private QmpException? _cause;

    /// <summary>The client whose connection is ready; else null.</summary>
    public QmpClient? Current
    {
        get
        {
            lock (_gate)
            {
                return _client is { HasEnded: false } ? _client : null;
            }
        }
    }

    /// <summary>Lets commands through, those that wait first.</summary>
    public void Open(QmpClient client)
    {
        TaskCompletionSource<QmpClient>[] waiting;
        lock (_gate)
        {
            _client = client;
            waiting = [.. _waiting];
            _waiting.Clear();
        }

        foreach (var one in waiting)
        {
            one.TrySetResult(client);
        }
    }

    /// <summary>Has commands wait from now on.</summary>
    public void Shut(QmpException? cause)
    {
        lock (_gate)
        {
            (_client, _cause) = (null, cause);
        }
    }

    /// <summary>Refuses commands from now on, those that wait included.</summary>
    public void Close(QmpException? cause)
    {
        TaskCompletionSource<QmpClient>[] waiting;
        lock (_gate)
        {
            (_closed, _client, _cause) = (true, null, cause);
            waiting = [.. _waiting];
            _waiting.Clear();
        }

        foreach (var one in waiting)
        {
            one.TrySetException(Ended(null));
        }
    }

    /// <summary>Waits for a connection that is ready.</summary>
    /// <param name="command">Which command waits.</param>
    /// <param name="limit">How long.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async ValueTask<QmpClient> WaitAsync(string command, TimeSpan limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var place = new TaskCompletionSource<QmpClient>(SchedulerDelay.Options(options.InlineContinuations));
        lock (_gate)
        {
            if (_closed)
            {
                throw Ended(command);
            }

            if (_client is { HasEnded: false })
            {
                return _client;
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

    private TaskCompletionSource<QmpClient>? Leave(TaskCompletionSource<QmpClient> place)
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

    private QmpDisconnectedException Ended(string? command) => new(
        _cause is null ? "The connection was closed." : "The connection was lost, and will not be made again.", command, _cause);
}
