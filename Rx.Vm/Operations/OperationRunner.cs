using System.Collections.Immutable;
using System.Reactive.Disposables;
using System.Reactive.Subjects;

namespace Rx.Vm.Operations;

/// <summary>
/// Runs what a state wants. The state holds operations, each with an id that is never used twice; what appears in it is started, what
/// vanishes from it is cancelled, and the event that an operation ends with is emitted. Whatever else an operation is, call, deadline or a
/// thing done until it is cancelled, is its handler's.
/// </summary>
/// <remarks>
/// Operator checklist. Serialization: events may overlap; an inbox comes behind it. Terminal: never completes. Disposal: cancels everything.
/// Errors: a handler that throws or fails becomes one event by <paramref name="failed"/>. Scheduler: none. Temperature: hot; subscribe before
/// the first <see cref="Follow"/>. Races: an operation that ends while it is being cancelled may still tell; its id is stale by then, and
/// whoever folds it drops it. One that has ended is not begun again while it is still wanted: the state hears of the end later than it ended.
/// </remarks>
/// <param name="idOf">The id of an operation.</param>
/// <param name="handler">Begins one when subscribed to; disposal cancels it.</param>
/// <param name="failed">Makes an event of what a handler threw.</param>
internal sealed class OperationRunner<TOperation, TEvent>(
    Func<TOperation, long> idOf, Func<TOperation, IObservable<TEvent>> handler, Func<Exception, TEvent> failed) : IObservable<TEvent>, IDisposable
{
    private readonly Func<TOperation, IObservable<TEvent>> _handler = handler;
    private readonly Func<Exception, TEvent> _failed = failed;
    private readonly Lock _gate = new();
    private readonly Subject<TEvent> _events = new();
    private readonly List<Running> _running = [];
    private ImmutableArray<TOperation> _wanted = [];
    private bool _disposed;

    /// <summary>How many are wanted and were begun, ended or not.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _running.Count;
            }
        }
    }

    /// <summary>Brings what runs in line with what is wanted. One call at a time; never called from within itself.</summary>
    public void Follow(ImmutableArray<TOperation> wanted)
    {
        if (wanted == _wanted)
        {
            return;
        }

        _wanted = wanted;
        CancelUnwanted();
        foreach (var operation in wanted)
        {
            NextNew(operation)?.Begin(operation);
        }
    }

    /// <inheritdoc/>
    public IDisposable Subscribe(IObserver<TEvent> observer) => _events.Subscribe(observer);

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
        }

        CancelUnwanted();
    }

    // Without the lock: what a handler calls is not known here.
    private void CancelUnwanted()
    {
        while (NextUnwanted() is { } left)
        {
            left.Cancel();
        }
    }

    private Running? NextUnwanted()
    {
        lock (_gate)
        {
            for (var i = _running.Count - 1; i >= 0; i--)
            {
                var running = _running[i];
                if (_disposed || !IsWanted(running.Id))
                {
                    _running.RemoveAt(i);
                    return running;
                }
            }

            return null;
        }
    }

    private bool IsWanted(long id)
    {
        foreach (var operation in _wanted)
        {
            if (idOf(operation) == id)
            {
                return true;
            }
        }

        return false;
    }

    private Running? NextNew(TOperation operation)
    {
        var id = idOf(operation);
        lock (_gate)
        {
            foreach (var running in _running)
            {
                if (running.Id == id)
                {
                    return null;
                }
            }

            if (_disposed)
            {
                return null;
            }

            var begun = new Running(this, id);
            _running.Add(begun);
            return begun;
        }
    }

    private sealed class Running(OperationRunner<TOperation, TEvent> owner, long id) : IObserver<TEvent>
    {
        private SingleAssignmentDisposableValue _work;

        public long Id => id;

        public void Begin(TOperation operation)
        {
            try
            {
                _work.Disposable = owner._handler(operation).Subscribe(this);
            }
            catch (Exception fault)
            {
                OnError(fault);
            }
        }

        public void Cancel() => _work.Dispose();

        public void OnNext(TEvent value)
        {
            if (!_work.IsDisposed)
            {
                owner._events.OnNext(value);
            }
        }

        public void OnError(Exception error) => OnNext(owner._failed(error));

        public void OnCompleted()
        {
        }
    }
}
