namespace DynamicData.Internal;

/// <summary>
/// Hands notifications to one observer in order and one at a time, whichever threads they come from and also when the observer causes
/// new ones: what arrives while one is being handled waits in a queue. The observer is never called under a lock. If it throws, it gets
/// nothing more and the exception goes to whoever was delivering.
/// </summary>
internal sealed class SerialObserver<T>(IObserver<T> target, bool held = false) : IDisposable
{
    private readonly Lock gate = new();
    private readonly Queue<T> waiting = new();
    private bool busy = held;
    private bool ended;
    private bool stopped;

    public void OnNext(T value)
    {
        lock (gate)
        {
            if (stopped || ended)
            {
                return;
            }

            if (busy)
            {
                waiting.Enqueue(value);
                return;
            }

            busy = true;
        }

        Release(value);
    }

    public void OnCompleted()
    {
        lock (gate)
        {
            if (stopped || ended)
            {
                return;
            }

            ended = true;
            if (busy)
            {
                return;
            }

            busy = true;
        }

        Drain();
    }

    /// <summary>For an observer created as held: delivers the first value on this thread, then what has come in meanwhile.</summary>
    public void Release(T first)
    {
        Deliver(first);
        Drain();
    }

    /// <summary>Nothing more is delivered. A call that is under way on another thread is not waited for.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            stopped = true;
            waiting.Clear();
        }
    }

    private void Drain()
    {
        while (TakeNext(out var next))
        {
            Deliver(next);
        }
    }

    private bool TakeNext(out T next)
    {
        lock (gate)
        {
            if (waiting.TryDequeue(out next!))
            {
                return true;
            }

            busy = false;
            if (!ended || stopped)
            {
                return false;
            }

            stopped = true;
        }

        target.OnCompleted();
        return false;
    }

    private void Deliver(T value)
    {
        try
        {
            target.OnNext(value);
        }
        catch
        {
            Dispose();
            throw;
        }
    }
}
