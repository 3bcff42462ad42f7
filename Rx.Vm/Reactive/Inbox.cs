namespace Rx.Vm.Reactive;

/// <summary>
/// The one synchronised door of a fold: any thread posts, one item at a time comes out, in order. An item posted while another is being
/// handled, by another thread or by the handling itself, waits its turn, so re-entrant posts never show later states to some observers first.
/// </summary>
/// <remarks>
/// Operator checklist. Serialization: items never overlap. Terminal: completes by <see cref="OnCompleted"/>, never errors by itself; an
/// exception of the observer leaves through <c>OnNext</c> of whoever was draining, and the door goes on. Disposal: of the subscription
/// stops delivery after the current item. Errors of a source are not for here: sources turn trouble into items. Back-pressure: bounded;
/// an item over the bound is dropped, and the first drop posts one overflow item so that the fold can fail visibly; vital items (few by
/// construction) always enter. Scheduler: none, items are handled on the thread that found the door idle. Temperature: hot, one observer.
/// Races: a post concurrent with completion is either handled before it or dropped.
/// </remarks>
/// <typeparam name="T">The item type.</typeparam>
internal sealed class Inbox<T>(int capacity, Func<T> overflow, Func<T, bool> vital) : IObserver<T>, IObservable<T>
{
    private readonly Lock _gate = new();
    private Queue<T> _waiting = new();
    private Queue<T> _draining = new();
    private IObserver<T>? _observer;
    private bool _busy;
    private bool _overflowed;
    private bool _completed;

    /// <summary>How many items were dropped because the inbox was full.</summary>
    public long Dropped { get; private set; }

    /// <inheritdoc/>
    public void OnNext(T value)
    {
        lock (_gate)
        {
            if (_completed || !Enter(value) || _busy || _observer is null)
            {
                return;
            }

            _busy = true;
        }

        Drain();
    }

    /// <inheritdoc/>
    public void OnError(Exception error) =>
        throw new InvalidOperationException("a source of the inbox must turn its failure into an event", error);

    /// <inheritdoc/>
    public void OnCompleted()
    {
        lock (_gate)
        {
            if (_completed)
            {
                return;
            }

            _completed = true;
            if (_busy || _observer is null)
            {
                return;
            }

            _busy = true;
        }

        Drain();
    }

    /// <summary>Subscribes the one observer; what was posted before is delivered at once.</summary>
    public IDisposable Subscribe(IObserver<T> observer)
    {
        lock (_gate)
        {
            if (_observer is not null)
            {
                throw new InvalidOperationException("an inbox has one observer");
            }

            _observer = observer;
            _busy = true;
        }

        Drain();
        return System.Reactive.Disposables.Disposable.Create(this, inbox =>
        {
            lock (inbox._gate)
            {
                inbox._completed = true;
                inbox._waiting.Clear();
                inbox._observer = null;
            }
        });
    }

    private bool Enter(T value)
    {
        if (_waiting.Count < capacity || vital(value))
        {
            _waiting.Enqueue(value);
            return true;
        }

        Dropped++;
        if (!_overflowed)
        {
            _overflowed = true;
            _waiting.Enqueue(overflow());
        }

        return true;
    }

    private void Drain()
    {
        try
        {
            while (NextBatch() is { } observer)
            {
                while (_draining.TryDequeue(out var item))
                {
                    observer.OnNext(item);
                }
            }
        }
        catch
        {
            // The rest waits for the next post; nothing is lost and the door is not left locked.
            lock (_gate)
            {
                while (_waiting.TryDequeue(out var later))
                {
                    _draining.Enqueue(later);
                }

                (_waiting, _draining) = (_draining, _waiting);
                _busy = false;
            }

            throw;
        }
    }

    // Swapping queues takes the lock once a batch, not once an item.
    private IObserver<T>? NextBatch()
    {
        IObserver<T>? completed = null;
        lock (_gate)
        {
            if (_waiting.Count > 0 && _observer is not null)
            {
                (_waiting, _draining) = (_draining, _waiting);
                return _observer;
            }

            _busy = false;
            if (_completed)
            {
                (completed, _observer) = (_observer, null);
            }
        }

        completed?.OnCompleted();
        return null;
    }
}
