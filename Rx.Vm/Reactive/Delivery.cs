using System.Reactive.Concurrency;

namespace Rx.Vm.Reactive;

/// <summary>One observer's queue in a <see cref="Fanout{T}"/>: bounded, drop-oldest, drained on a scheduler, one call at a time.</summary>
/// <typeparam name="T">The item type.</typeparam>
internal sealed class Delivery<T>(IObserver<T> observer, IScheduler scheduler, int capacity, Action<Exception> report) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<T> _queue = new();
    private bool _completing;
    private bool _scheduled;
    private bool _disposed;

    /// <summary>Queues <paramref name="item"/>; over the bound the oldest goes.</summary>
    public void Enqueue(T item)
    {
        lock (_gate)
        {
            if (_disposed || _completing)
            {
                return;
            }

            if (_queue.Count == capacity)
            {
                _queue.Dequeue();
            }

            _queue.Enqueue(item);
        }
    }

    /// <summary>Completes the observer after what is queued.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _completing = true;
        }
    }

    /// <summary>Schedules a drain, if there is something to deliver and none is scheduled.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            if (_scheduled || _disposed || (_queue.Count == 0 && !_completing))
            {
                return;
            }

            _scheduled = true;
        }

        scheduler.Schedule(this, static (_, self) =>
        {
            self.Drain();
            return System.Reactive.Disposables.Disposable.Empty;
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _queue.Clear();
        }
    }

    private void Drain()
    {
        try
        {
            while (Next(out var item))
            {
                observer.OnNext(item);
            }
        }
        catch (Exception e)
        {
            // A bad observer hurts nobody: behind a raw ObserveOn this exception would end the process (F29).
            Dispose();
            report(e);
        }
    }

    private bool Next(out T item)
    {
        lock (_gate)
        {
            if (!_disposed && _queue.TryDequeue(out item!))
            {
                return true;
            }

            item = default!;
            _scheduled = false;
            if (_disposed || !_completing)
            {
                return false;
            }

            _disposed = true;
        }

        observer.OnCompleted();
        return false;
    }
}
