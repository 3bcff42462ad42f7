using Rx.Qmp.Session;

namespace Rx.Qmp.Testing.Simulation;

/// <summary>Whether a fake server reads: it may have been told not to, or its queue may be full.</summary>
/// <param name="inline">True: the reader continues inside the call that opens the valve.</param>
/// <param name="isFull">Asked under this class's lock whether the queue is full.</param>
internal sealed class FakeValve(bool inline, Func<bool> isFull)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _waiting;
    private CancellationTokenSource _reading = new();
    private bool _stopped;

    /// <summary>True when commands may be taken.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_gate)
            {
                return !_stopped && !isFull();
            }
        }
    }

    /// <summary>Cancelled when reading is stopped; a new one after each stop.</summary>
    public CancellationToken ReadToken
    {
        get
        {
            lock (_gate)
            {
                return _reading.Token;
            }
        }
    }

    /// <summary>Completes when the valve is open.</summary>
    public Task WhenOpen()
    {
        lock (_gate)
        {
            return !_stopped && !isFull()
                ? Task.CompletedTask
                : (_waiting ??= new TaskCompletionSource(SchedulerDelay.Options(inline))).Task;
        }
    }

    /// <summary>Stops or resumes reading; a read under way ends without having read anything.</summary>
    public void Stop(bool stopped)
    {
        CancellationTokenSource? cancelled = null;
        lock (_gate)
        {
            _stopped = stopped;
            if (stopped)
            {
                (cancelled, _reading) = (_reading, new CancellationTokenSource());
            }
        }

        cancelled?.Cancel();
        Release();
    }

    /// <summary>Looks again whether there is room for another command.</summary>
    public void Refresh() => Release();

    private void Release()
    {
        TaskCompletionSource? waiting = null;
        lock (_gate)
        {
            if (!_stopped && !isFull())
            {
                (waiting, _waiting) = (_waiting, null);
            }
        }

        waiting?.TrySetResult();
    }
}
