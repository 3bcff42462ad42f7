using System.Collections.Immutable;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Rx.Qmp.Isolation;

/// <summary>
/// A hot stream that its observers cannot hurt. Publishing only queues; every observer is then served from its own bounded queue,
/// on its scheduler or inline, and one that throws is dropped alone.
/// </summary>
/// <remarks>
/// Operator checklist. Serialization: each observer gets one call at a time; publishers must not overlap where the order of items matters.
/// Terminal: completion is queued behind the last item and never dropped; OnError only for an observer whose backlog may not lose anything
/// and did. A late observer gets the last item (if replay is on), then what follows, then completion. Disposal: no call starts after it
/// returned to the disposing thread, except one that was already running on another. Errors: an observer's exception, and its scheduler's
/// refusal, end that subscription only and are reported. Back-pressure: by the policy of each observer, never towards the publisher.
/// Scheduler: calls are made on the observer's; one that runs work inline is kept off the publishing thread, by the thread pool; with none
/// calls are made on the publishing thread, which is asked for on purpose. Temperature: hot. Races: an observer that subscribes while an
/// item is published gets it exactly once. Re-entrancy: no lock is held while an observer runs; an item published by an observer reaches
/// everybody after the item being delivered.
/// </remarks>
/// <param name="replayLast">True: a new observer first gets the latest item, even after completion.</param>
/// <param name="report">Hears what goes wrong.</param>
internal sealed class ObserverHub<T>(bool replayLast, IDeliveryReport report)
    where T : class
{
    private readonly Lock _gate = new();
    private ImmutableArray<ObserverQueue<T>> _queues = [];
    private T? _last;
    private bool _completed;

    /// <summary>False when an item would reach nobody.</summary>
    public bool HasObservers => !_queues.IsEmpty;

    /// <summary>Hands an item to everybody. Waits for nobody and throws nothing.</summary>
    public void Publish(T item)
    {
        ImmutableArray<ObserverQueue<T>> queues;
        var direct = true;
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

    /// <summary>Ends the stream, with a last item if there is one; nothing can come between or after. Idempotent.</summary>
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
    /// <param name="policy">How far it may fall behind.</param>
    /// <param name="scheduler">Where it runs; null: on the publishing thread.</param>
    public IDisposable Subscribe(IObserver<T> observer, DeliveryPolicy<T> policy, IScheduler? scheduler)
    {
        var queue = new ObserverQueue<T>(observer, policy, scheduler, Remove, report);
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
