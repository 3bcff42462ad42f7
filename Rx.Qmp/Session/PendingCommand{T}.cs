namespace Rx.Qmp.Session;

/// <summary>A call and the result its caller waits for.</summary>
/// <param name="command">What to send.</param>
/// <param name="deadlines">By when.</param>
/// <param name="outOfBand">True: ahead of whatever waits or runs.</param>
/// <param name="inline">True: the caller continues inside the call that answers it.</param>
internal abstract class PendingCommand<T>(QmpCommand command, CommandDeadlines deadlines, bool outOfBand, bool inline)
    : PendingCommand(command, deadlines, outOfBand)
{
    private readonly TaskCompletionSource<T> _answer = new(SchedulerDelay.Options(inline));
    private T _result = default!;

    /// <summary>The answer.</summary>
    public Task<T> Task => _answer.Task;

    protected void Keep(T result) => _result = result;

    protected sealed override void Deliver() => _answer.SetResult(_result);

    protected sealed override void Fail(Exception error)
    {
        if (error is OperationCanceledException cancelled)
        {
            _answer.SetCanceled(cancelled.CancellationToken);
        }
        else
        {
            _answer.SetException(error);
        }
    }
}
