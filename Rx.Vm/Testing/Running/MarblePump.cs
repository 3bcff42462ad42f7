namespace Rx.Vm.Testing.Running;

/// <summary>
/// Runs continuations on the thread of the run, in the order in which they were posted. The body and the scheduled work have contexts of
/// their own, so that work which completes a task never continues the body inside itself.
/// </summary>
internal sealed class MarblePump
{
    private readonly object _gate = new();
    private readonly Queue<(SynchronizationContext Context, SendOrPostCallback Call, object? State)> _posted = new();
    private readonly PumpContext _body;
    private readonly PumpContext _work;

    public MarblePump()
    {
        _body = new(this);
        _work = new(this);
    }

    /// <summary>Calls the body, or a part of it.</summary>
    public T AsBody<T>(Func<T> call) => Within(_body, call);

    /// <summary>Runs scheduled work.</summary>
    public T AsWork<T>(Func<T> call) => Within(_work, call);

    /// <summary>Does something as scheduled work would.</summary>
    public void AsWork(Action call) => Within(_work, () =>
    {
        call();
        return true;
    });

    /// <summary>Runs one continuation, if there is one.</summary>
    public bool RunOne()
    {
        (SynchronizationContext Context, SendOrPostCallback Call, object? State) next;
        lock (_gate)
        {
            if (!_posted.TryDequeue(out next))
            {
                return false;
            }
        }

        return Within(next.Context, () =>
        {
            next.Call(next.State);
            return true;
        });
    }

    /// <summary>Waits, in real time, for another thread to post something. The only way a body on two threads can go on.</summary>
    public bool Wait(TimeSpan patience)
    {
        lock (_gate)
        {
            return _posted.Count > 0 || Monitor.Wait(_gate, patience);
        }
    }

    private static T Within<T>(SynchronizationContext context, Func<T> call)
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        try
        {
            return call();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private void Post(SynchronizationContext context, SendOrPostCallback call, object? state)
    {
        lock (_gate)
        {
            _posted.Enqueue((context, call, state));
            Monitor.PulseAll(_gate);
        }
    }

    private sealed class PumpContext(MarblePump pump) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => pump.Post(this, d, state);

        public override void Send(SendOrPostCallback d, object? state) =>
            throw new NotSupportedException("A marble run has one thread; nothing can be sent to it and waited for.");

        public override SynchronizationContext CreateCopy() => this;
    }
}
