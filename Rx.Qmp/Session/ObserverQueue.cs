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
    private readonly Backlog<T> _items = Backlog<T>.For(buffer);
    private bool _delivering;
    private bool _stopped;
    private bool _sourceEnded;
    private QmpEventOverflowException? _overflow;
    private Exception? _fault;
    private QmpEventLoss _loss;
    private QmpEventLoss _lossTold;

    /// <summary>Queues an item. Calls nobody, so it may run under the hub's lock.</summary>
    public void Add(T item)
    {
        lock (_gate)
        {
            if (_stopped || _sourceEnded || _overflow is not null)
            {
                return;
            }

            switch (_items.Add(item))
            {
                case BacklogOutcome.Dropped:
                    Interlocked.Increment(ref counters.DroppedEvents);
                    _loss = _loss with { Dropped = _loss.Dropped + 1 };
                    break;
                case BacklogOutcome.Replaced:
                    Interlocked.Increment(ref counters.DroppedEvents);
                    _loss = _loss with { Replaced = _loss.Replaced + 1 };
                    break;
                case BacklogOutcome.Full:
                    _overflow = new QmpEventOverflowException(buffer.Capacity);
                    _items.Clear();
                    break;
            }
        }
    }

    /// <summary>Takes the observer for one item that need not be queued: it runs inline, is not running, and has nothing to catch up
    /// with. True: <see cref="DeliverDirectly"/> must follow.</summary>
    public bool TryEnter()
    {
        if (scheduler is not null)
        {
            return false;
        }

        lock (_gate)
        {
            if (_delivering || _stopped || _sourceEnded || _items.Count > 0 || _overflow is not null || _loss != _lossTold)
            {
                return false;
            }

            return _delivering = true;
        }
    }

    /// <summary>Delivers the item for which the observer was taken, then whatever was queued meanwhile.</summary>
    public void DeliverDirectly(T item)
    {
        OnNext(item, null);
        Drain();
    }

    /// <summary>Queues the end of the stream.</summary>
    /// <param name="fault">Why; null: it is complete.</param>
    public void AddCompletion(Exception? fault = null)
    {
        lock (_gate)
        {
            _fault = _sourceEnded ? _fault : fault;
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

    private void Drain()
    {
        while (true)
        {
            T? item;
            QmpEventLoss? loss;
            lock (_gate)
            {
                bool any = _items.TryTake(out item);
                bool ending = !any && (_sourceEnded || _overflow is not null);
                if (_stopped || (!any && !ending))
                {
                    _delivering = false;
                    return;
                }

                loss = _loss == _lossTold ? null : _loss;
                _lossTold = _loss;
            }

            if (item is null)
            {
                End(loss);
                return;
            }

            OnNext(item, loss);
        }
    }

    private void OnNext(T item, QmpEventLoss? loss)
    {
        try
        {
            Tell(loss);
            observer.OnNext(item);
        }
        catch (Exception fault)
        {
            Report(fault);
            Stop();
        }
    }

    private void Tell(QmpEventLoss? loss)
    {
        if (loss is not null)
        {
            buffer.OnLoss?.Invoke(loss.Value);
        }
    }

    private void End(QmpEventLoss? loss)
    {
        Stop();
        try
        {
            Tell(loss);
            if ((_overflow ?? _fault) is { } fault)
            {
                observer.OnError(fault);
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
