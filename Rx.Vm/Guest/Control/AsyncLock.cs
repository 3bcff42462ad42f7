namespace Rx.Vm.Guest;

/// <summary>
/// A first-come-first-served lock to await. Unlike a semaphore it can resume the next in line inline, which virtual time needs.
/// </summary>
/// <param name="isHeld">Whether it starts out taken, to be opened by the first <see cref="Exit"/>.</param>
/// <param name="isInline">Whether the next in line continues inside <see cref="Exit"/> rather than on the thread pool.</param>
/// <param name="places">How many may have it at a time.</param>
internal sealed class AsyncLock(bool isHeld, bool isInline, int places = 1)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource> _line = [];
    private int _free = isHeld ? places - 1 : places;

    /// <summary>Completes when the gate belongs to the caller; completed already when nobody holds it.</summary>
    public ValueTask EnterAsync(CancellationToken ct)
    {
        if (ct.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(ct);
        }

        LinkedListNode<TaskCompletionSource> place;
        lock (_lock)
        {
            if (_free > 0)
            {
                _free--;
                return ValueTask.CompletedTask;
            }

            place = _line.AddLast(new TaskCompletionSource(
                isInline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously));
        }

        return ct.CanBeCanceled ? WaitAsync(place, ct) : new(place.Value.Task);
    }

    /// <summary>Passes the gate to the next in line, or opens it.</summary>
    public void Exit()
    {
        while (true)
        {
            TaskCompletionSource next;
            lock (_lock)
            {
                if (_line.First is not { } first)
                {
                    _free++;
                    return;
                }

                _line.Remove(first);
                next = first.Value;
            }

            // False: cancelled in the meantime. The gate goes to the one behind.
            if (next.TrySetResult())
            {
                return;
            }
        }
    }

    private async ValueTask WaitAsync(LinkedListNode<TaskCompletionSource> place, CancellationToken ct)
    {
        using var registration = ct.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), place.Value);
        try
        {
            await place.Value.Task.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            lock (_lock)
            {
                if (place.List is not null)
                {
                    _line.Remove(place);
                }
            }

            throw;
        }
    }
}
