using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Rx.Qmp.Isolation;

/// <summary>One observer's queue: bounded by its policy, drained by one thread at a time.</summary>
/// <param name="observer">Who gets the items.</param>
/// <param name="policy">How far it may fall behind.</param>
/// <param name="scheduler">Where it runs; null: on the thread that calls <see cref="Deliver"/>.</param>
/// <param name="ended">Called when the observer will get nothing more.</param>
/// <param name="report">Hears what goes wrong.</param>
internal sealed class ObserverQueue<T>(
    IObserver<T> observer,
    DeliveryPolicy<T> policy,
    IScheduler? scheduler,
    Action<ObserverQueue<T>> ended,
    IDeliveryReport report)
    where T : class
{
    private readonly Lock _gate = new();
    private readonly Backlog<T> _items = policy.NewBacklog();
    private bool _delivering;
    private bool _stopped;
    private bool _sourceEnded;
    private Exception? _overflow;
    private Exception? _fault;
    private BacklogLoss _loss;
    private BacklogLoss _lossTold;

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
                    report.Lost();
                    _loss = _loss with { Dropped = _loss.Dropped + 1 };
                    break;
                case BacklogOutcome.Replaced:
                    report.Lost();
                    _loss = _loss with { Replaced = _loss.Replaced + 1 };
                    break;
                case BacklogOutcome.Full:
                    _overflow = _items.Overflow;
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

    /// <summary>Makes sure that what is queued gets delivered: now, or by whoever is delivering already. Throws nothing.</summary>
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
            return;
        }

        try
        {
            InlineCall.Make((Queue: this, Scheduler: scheduler), static call => call.Scheduler.Schedule(call.Queue, static (_, queue) =>
            {
                queue.Run();
                return Disposable.Empty;
            }));
        }
        catch (Exception refusal)
        {
            // It can't be called where it wants to be, and nowhere else is right: the others, and the publisher, go on.
            Stop();
            report.SchedulerRefused(refusal);
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

    /// <summary>The scheduler's turn. One that takes it inside its own Schedule would have foreign code run within the publisher.</summary>
    private void Run()
    {
        if (InlineCall.IsUnderWay)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static queue => queue.Drain(), this, preferLocal: false);
        }
        else
        {
            Drain();
        }
    }

    private void Drain()
    {
        while (true)
        {
            T? item;
            BacklogLoss? loss;
            lock (_gate)
            {
                var any = _items.TryTake(out item);
                var ending = !any && (_sourceEnded || _overflow is not null);
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

    private void OnNext(T item, BacklogLoss? loss)
    {
        try
        {
            Tell(loss);
            observer.OnNext(item);
        }
        catch (Exception fault)
        {
            Stop();
            report.ObserverFailed(fault);
        }
    }

    private void Tell(BacklogLoss? loss)
    {
        if (loss is not null)
        {
            policy.OnLoss?.Invoke(loss.Value);
        }
    }

    private void End(BacklogLoss? loss)
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
            report.ObserverFailed(fault);
        }
    }
}
