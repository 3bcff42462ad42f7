using System.Threading.Tasks.Sources;

namespace Rx.Qmp.Testing;

/// <summary>A read or write that waits in a <see cref="BytePipe"/>. The pipe takes it out under its lock before completing it, so it
/// is completed once.</summary>
internal sealed class PipeWaiter : IValueTaskSource<int>, IValueTaskSource
{
    private readonly BytePipe _owner;
    private ManualResetValueTaskSourceCore<int> _core;
    private CancellationTokenRegistration _cancellation;

    public PipeWaiter(BytePipe owner, bool inline)
    {
        _owner = owner;
        _core.RunContinuationsAsynchronously = !inline;
    }

    public Memory<byte> Destination { get; init; }

    public ReadOnlyMemory<byte> Source { get; set; }

    public ValueTask<int> Start(CancellationToken cancellationToken)
    {
        Watch(cancellationToken);
        return new ValueTask<int>(this, 0);
    }

    public ValueTask StartWrite(CancellationToken cancellationToken)
    {
        Watch(cancellationToken);
        return new ValueTask(this, 0);
    }

    public void Complete(int result)
    {
        _cancellation.Unregister();
        _core.SetResult(result);
    }

    public void Fail(Exception error)
    {
        _cancellation.Unregister();
        _core.SetException(error);
    }

    int IValueTaskSource<int>.GetResult(short token) => _core.GetResult(token);

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _core.GetStatus(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Watch(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            _cancellation = cancellationToken.UnsafeRegister(
                static (state, token) => ((PipeWaiter)state!).Cancel(token), this);
        }
    }

    private void Cancel(CancellationToken cancellationToken)
    {
        if (_owner.Remove(this))
        {
            _core.SetException(new OperationCanceledException(cancellationToken));
        }
    }
}
