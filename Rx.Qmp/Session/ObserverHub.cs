using System.Collections.Immutable;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using Serilog;

namespace Rx.Qmp.Session;

/// <summary>
/// A hot stream that its observers cannot hurt. Publishing only queues; every observer is then served from its own bounded queue,
/// on its scheduler or inline, and one that throws is dropped alone. No lock is held while an observer runs, and an item published
/// by an observer reaches everybody after the item being delivered.
/// </summary>
/// <param name="replayLast">True: a new observer first gets the latest item, even after completion.</param>
/// <param name="counters">Where drops are counted.</param>
/// <param name="logger">Where throwing observers are reported.</param>
internal sealed class ObserverHub<T>(bool replayLast, SessionCounters counters, ILogger logger)
    where T : class
{
    private readonly Lock _gate = new();
    private ImmutableArray<ObserverQueue<T>> _queues = [];
    private T? _last;
    private bool _completed;

    /// <summary>False when an item would reach nobody.</summary>
    public bool HasObservers => !_queues.IsEmpty;

    public void Publish(T item)
    {
        ImmutableArray<ObserverQueue<T>> queues;
        bool direct = true;
        lock (_gate)
        {
            if (_completed)
            {
                return;
            }

            _last = replayLast ? item : null;
            queues = _queues;
            if (queues is not [var only] || !only.TryEnter())
            {
                foreach (var queue in queues)
                {
                    queue.Add(item);
                }

                direct = false;
            }
        }

        if (direct)
        {
            queues[0].DeliverDirectly(item);
            return;
        }

        foreach (var queue in queues)
        {
            queue.Deliver();
        }
    }

    /// <summary>Ends the stream, with a last item if there is one; nothing can come between or after.</summary>
    public void Complete(T? lastItem = null)
    {
        ImmutableArray<ObserverQueue<T>> queues;
        lock (_gate)
        {
            if (_completed)
            {
                return;
            }

            _completed = true;
            _last = replayLast ? lastItem ?? _last : null;
            queues = _queues;
            _queues = [];
            foreach (var queue in queues)
            {
                if (lastItem is not null)
                {
                    queue.Add(lastItem);
                }

                queue.AddCompletion();
            }
        }

        foreach (var queue in queues)
        {
            queue.Deliver();
        }
    }

    /// <summary>Adds an observer.</summary>
    /// <param name="observer">Who wants the items.</param>
    /// <param name="buffer">How far it may fall behind.</param>
    /// <param name="scheduler">Where it runs; null: on the publishing thread.</param>
    public IDisposable Subscribe(IObserver<T> observer, QmpEventBuffer buffer, IScheduler? scheduler)
    {
        var queue = new ObserverQueue<T>(observer, buffer, scheduler, Remove, counters, logger);
        lock (_gate)
        {
            if (_last is not null)
            {
                queue.Add(_last);
            }

            if (_completed)
            {
                queue.AddCompletion();
            }
            else
            {
                _queues = _queues.Add(queue);
            }
        }

        queue.Deliver();
        return Disposable.Create(queue, static queue => queue.Stop());
    }

    private void Remove(ObserverQueue<T> queue)
    {
        lock (_gate)
        {
            _queues = _queues.Remove(queue);
        }
    }
}
