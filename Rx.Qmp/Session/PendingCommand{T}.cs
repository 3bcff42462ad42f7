using System.Threading.Tasks.Sources;

namespace Rx.Qmp.Session;

/// <summary>A call and the result its caller waits for: awaiting, or blocked until <paramref name="waiters"/> are told.</summary>
/// <param name="command">What to send.</param>
/// <param name="deadlines">By when.</param>
/// <param name="outOfBand">True: ahead of whatever waits or runs.</param>
/// <param name="inline">True: an awaiting caller continues inside the call that answers it.</param>
/// <param name="waiters">Where a blocked caller waits; null: the caller awaits.</param>
internal abstract class PendingCommand<T>(
    QmpCommand command, CommandDeadlines deadlines, bool outOfBand, bool inline, ReadTurns? waiters)
    : PendingCommand(command, deadlines, outOfBand), IValueTaskSource<T>
{
    private ManualResetValueTaskSourceCore<T> _core = new() { RunContinuationsAsynchronously = !inline };
    private T _result = default!;

    /// <summary>The answer, for one caller to await.</summary>
    public ValueTask<T> Task => new(this, 0);

    /// <inheritdoc/>
    public override bool IsAnswered => _core.GetStatus(0) != ValueTaskSourceStatus.Pending;

    /// <summary>The answer, once there is one.</summary>
    public T GetAnswer() => _core.GetResult(0);

    T IValueTaskSource<T>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<T>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<T>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    protected void Keep(T result) => _result = result;

    protected sealed override void Deliver()
    {
        _core.SetResult(_result);
        waiters?.Wake();
    }

    protected sealed override void Fail(Exception error)
    {
        _core.SetException(error);
        waiters?.Wake();
    }
}
