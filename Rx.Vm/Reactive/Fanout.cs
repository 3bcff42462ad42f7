using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Rx.Vm.Reactive;

/// <summary>
/// Hands every item to every observer without letting any of them hurt the publisher or one another: each observer has a bounded queue of
/// its own, drained on the notify scheduler; one that throws loses its subscription, one that is slow loses its oldest items.
/// </summary>
/// <remarks>
/// Operator checklist. Serialization: each observer gets one call at a time; publishers must not overlap (they are behind an inbox).
/// Terminal: completion is queued behind the last item and never dropped; there is no error. A late observer gets the last item (if
/// replay is on), then what follows, then completion. Disposal: no call starts after it returned to the disposing thread, except one that
/// was already running on another. Errors: an observer's exception ends that subscription only and is reported. Back-pressure: drop-oldest
/// per observer, visible through gaps in the items' sequence numbers. Scheduler: calls are made on <paramref name="notify"/>. Temperature:
/// hot. Races: an observer that subscribes while an item is published gets it exactly once.
/// </remarks>
/// <typeparam name="T">The item type.</typeparam>
internal sealed class Fanout<T>(IScheduler notify, int capacity, bool replayLast, Action<Exception> report) : IObservable<T>
{
    private readonly Lock _gate = new();
    private Delivery<T>[] _deliveries = [];
    private T? _last;
    private bool _any;
    private bool _completed;

    /// <summary>Queues <paramref name="item"/> for every observer. Never blocks on one and never throws.</summary>
    public void Publish(T item)
    {
        Delivery<T>[] deliveries;
        lock (_gate)
        {
            if (_completed)
            {
                return;
            }

            (_last, _any) = (item, true);
            deliveries = _deliveries;
            foreach (var delivery in deliveries)
            {
                delivery.Enqueue(item);
            }
        }

        Wake(deliveries);
    }

    /// <summary>Completes every observer after what is queued for it. Idempotent.</summary>
    public void Complete()
    {
        Delivery<T>[] deliveries;
        lock (_gate)
        {
            if (_completed)
            {
                return;
            }

            _completed = true;
            deliveries = _deliveries;
            _deliveries = [];
            foreach (var delivery in deliveries)
            {
                delivery.Complete();
            }
        }

        Wake(deliveries);
    }

    /// <inheritdoc/>
    public IDisposable Subscribe(IObserver<T> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var delivery = new Delivery<T>(observer, notify, capacity, report);
        lock (_gate)
        {
            if (replayLast && _any)
            {
                delivery.Enqueue(_last!);
            }

            if (_completed)
            {
                delivery.Complete();
            }
            else
            {
                _deliveries = [.. _deliveries, delivery];
            }
        }

        delivery.Wake();
        return Disposable.Create((this, delivery), static pair =>
        {
            pair.delivery.Dispose();
            lock (pair.Item1._gate)
            {
                pair.Item1._deliveries = Array.FindAll(pair.Item1._deliveries, d => d != pair.delivery);
            }
        });
    }

    // Outside the gate: a scheduler may run the delivery, and with it user code, at once.
    private static void Wake(Delivery<T>[] deliveries)
    {
        foreach (var delivery in deliveries)
        {
            delivery.Wake();
        }
    }
}
