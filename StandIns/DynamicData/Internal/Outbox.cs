using System.Runtime.ExceptionServices;

namespace DynamicData.Internal;

/// <summary>
/// Deliveries in the order of the edits that caused them. Posting happens under the lock of the cache, delivering outside of any lock, by
/// one thread at a time; a thread that finds another (or itself, further up the stack) delivering leaves its post to that one.
/// </summary>
internal sealed class Outbox
{
    private readonly Lock _gate = new();
    private readonly Queue<Action> _pending = new();
    private bool _draining;

    public void Post(Action delivery)
    {
        lock (_gate)
        {
            _pending.Enqueue(delivery);
        }
    }

    /// <summary>Makes all deliveries, also those a failing one leaves behind, then throws what went wrong.</summary>
    /// <param name="failures">What has already gone wrong on this thread.</param>
    public void Drain(List<Exception> failures)
    {
        if (TryStart())
        {
            while (TryTake(out var delivery))
            {
                Attempt(delivery, failures);
            }
        }

        ThrowAny(failures);
    }

    /// <summary>Throws the failure if there is one, or all of them as one exception.</summary>
    public static void ThrowAny(List<Exception> failures)
    {
        switch (failures.Count)
        {
            case 0:
                return;
            case 1:
                ExceptionDispatchInfo.Throw(failures[0]);
                break;
            default:
                throw new AggregateException(failures);
        }
    }

    public static void Attempt(Action action, List<Exception> failures)
    {
        try
        {
            action();
        }
        catch (Exception exception)
        {
            failures.Add(exception);
        }
    }

    private bool TryStart()
    {
        lock (_gate)
        {
            return !_draining && (_draining = true);
        }
    }

    private bool TryTake(out Action delivery)
    {
        lock (_gate)
        {
            return _pending.TryDequeue(out delivery!) || (_draining = false);
        }
    }
}
