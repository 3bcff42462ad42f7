using System.Reactive.Concurrency;
using Serilog;

namespace Rx.Qmp.Session;

/// <summary>One observer's queue: bounded by its policy, drained by one thread at a time.</summary>
/// <param name="observer">Who gets the items.</param>
/// <param name="buffer">How far it may fall behind.</param>
/// <param name="scheduler">Where it runs; null: on the thread that calls <see cref="Deliver"/>.</param>
/// <param name="ended">Called when the observer will get nothing more.</param>
/// <param name="counters">Where drops are counted.</param>
/// <param name="logger">Where a throwing observer is reported.</param>
internal sealed class ObserverQueue<T>(
    IObserver<T> observer,
    QmpEventBuffer buffer,
    IScheduler? scheduler,
    Action<ObserverQueue<T>> ended,
    SessionCounters counters,
    ILogger logger)
    where T : class
{
    private readonly Lock _gate = new();
    private readonly Queue<T> _items = new();
    private bool _delivering;
    private bool _stopped;
    private bool _sourceEnded;
    private QmpEventOverflowException? _overflow;

    /// <summary>Queues an item. Calls nobody, so it may run under the hub's lock.</summary>
    public void Add(T item)
    {
        lock (_gate)
        {
            if (_stopped || _sourceEnded || _overflow is not null)
            {
                return;
            }

            if (_items.Count >= buffer.Capacity && !MakeRoom())
            {
                return;
            }

            _items.Enqueue(item);
        }
    }

    /// <summary>Queues the end of the stream.</summary>
    public void AddCompletion()
    {
        lock (_gate)
        {
            _sourceEnded = true;
        }
    }

    /// <summary>Makes sure that what is queued gets delivered: now, or by whoever is delivering already.</summary>
    public void Deliver()
    {
        lock (_gate)
        {
            if (_delivering || _stopped || (_items.Count == 0 && !_sourceEnded && _overflow is null))
            {
                return;
            }

            _delivering = true;
        }

        if (scheduler is null)
        {
            Drain();
        }
        else
        {
            scheduler.Schedule(Drain);
        }
    }

    /// <summary>Ends delivery; what is queued is forgotten.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            if (_stopped)
            {
                return;
            }

            _stopped = true;
            _items.Clear();
        }

        ended(this);
    }

    private bool MakeRoom()
    {
        switch (buffer.Overflow)
        {
            case QmpEventOverflow.DropOldest:
                _items.Dequeue();
                Interlocked.Increment(ref counters.DroppedEvents);
                return true;
            case QmpEventOverflow.DropNewest:
                Interlocked.Increment(ref counters.DroppedEvents);
                return false;
            default:
                _overflow = new QmpEventOverflowException(buffer.Capacity);
                _items.Clear();
                return false;
        }
    }

    private void Drain()
    {
        while (true)
        {
            T? item;
            lock (_gate)
            {
                bool any = _items.TryDequeue(out item);
                bool ending = !any && (_sourceEnded || _overflow is not null);
                if (_stopped || (!any && !ending))
                {
                    _delivering = false;
                    return;
                }
            }

            if (item is null)
            {
                End();
                return;
            }

            try
            {
                observer.OnNext(item);
            }
            catch (Exception fault)
            {
                Report(fault);
                Stop();
            }
        }
    }

    private void End()
    {
        Stop();
        try
        {
            if (_overflow is not null)
            {
                observer.OnError(_overflow);
            }
            else
            {
                observer.OnCompleted();
            }
        }
        catch (Exception fault)
        {
            Report(fault);
        }
    }

    private void Report(Exception fault)
    {
        Interlocked.Increment(ref counters.FailedObservers);
        QmpLog.ObserverFailed(logger, fault);
    }
}
