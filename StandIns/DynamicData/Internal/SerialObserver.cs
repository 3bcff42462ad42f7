namespace DynamicData.Internal;

/// <summary>
/// Hands notifications to one observer in order and one at a time, whichever threads they come from and also when the observer causes
/// new ones: what arrives while one is being handled waits in a queue. The observer is never called under a lock. If it throws, it gets
/// nothing more and the exception goes to whoever was delivering.
/// </summary>
internal sealed class SerialObserver<T>(IObserver<T> target, bool held = false) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<T> _waiting = new();
    private bool _busy = held;
    private bool _ended;
    private bool _stopped;

    public void OnNext(T value)
    {
        lock (_gate)
        {
            if (_stopped || _ended)
            {
                return;
            }

            if (_busy)
            {
                _waiting.Enqueue(value);
                return;
            }

            _busy = true;
        }

        Release(value);
    }

    public void OnCompleted()
    {
        lock (_gate)
        {
            if (_stopped || _ended)
            {
                return;
            }

            _ended = true;
            if (_busy)
            {
                return;
            }

            _busy = true;
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
        lock (_gate)
        {
            _stopped = true;
            _waiting.Clear();
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
        lock (_gate)
        {
            if (_waiting.TryDequeue(out next!))
            {
                return true;
            }

            _busy = false;
            if (!_ended || _stopped)
            {
                return false;
            }

            _stopped = true;
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
