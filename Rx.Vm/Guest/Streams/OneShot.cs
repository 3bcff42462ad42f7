namespace Rx.Vm.Guest;

/// <summary>
/// A result that several may await. Inline, each gets a task of its own, completed in the order of asking: of several who await one and
/// the same task the runtime lets only the last continue inline and sends the others to the thread pool, which virtual time can't have.
/// </summary>
/// <typeparam name="T">The result.</typeparam>
internal sealed class OneShot<T>(bool isInline)
{
    private readonly Lock _gate = new();
    private readonly List<TaskCompletionSource<T>> _waiting = [];
    private readonly TaskCompletionSource<T> _result =
        new(isInline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the result; await each task once.</summary>
    public Task<T> Task
    {
        get
        {
            lock (_gate)
            {
                if (!isInline || _result.Task.IsCompleted)
                {
                    return _result.Task;
                }

                var own = new TaskCompletionSource<T>();
                _waiting.Add(own);
                return own.Task;
            }
        }
    }

    /// <summary>Sets the result. False: it was set before.</summary>
    public bool TrySetResult(T result)
    {
        List<TaskCompletionSource<T>> waiting;
        lock (_gate)
        {
            if (!_result.TrySetResult(result))
            {
                return false;
            }

            waiting = [.. _waiting];
            _waiting.Clear();
        }

        waiting.ForEach(own => own.TrySetResult(result));
        return true;
    }
}
