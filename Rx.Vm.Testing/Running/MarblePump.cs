using System.Reactive.Disposables;

namespace Rx.Vm.Testing.Running;

/// <summary>
/// Continues an asynchronous body on the thread of the run, between pieces of work and never inside one.
/// </summary>
/// <remarks>
/// Nothing runs with this context as the current one: code below would then send each continuation that wants no context to another
/// thread, out of the reach of virtual time. It is current only for the moment in which the body's await looks for it.
/// </remarks>
internal sealed class MarblePump : SynchronizationContext
{
    [ThreadStatic]
    private static MarblePump? _ofThread;

    private readonly object _gate = new();
    private readonly Queue<(SendOrPostCallback Call, object? State)> _posted = new();

    /// <summary>The one whose run this thread is in.</summary>
    public static MarblePump? OfThread => _ofThread;

    /// <summary>Does something as the run of this pump, without a context for whatever it awaits.</summary>
    public void Run(Action action)
    {
        var before = (_ofThread, Current);
        _ofThread = this;
        SetSynchronizationContext(null);
        try
        {
            action();
        }
        finally
        {
            _ofThread = before._ofThread;
            SetSynchronizationContext(before.Current);
        }
    }

    /// <summary>Makes this the current context until disposed.</summary>
    public IDisposable Lend()
    {
        SetSynchronizationContext(this);
        return Disposable.Create(() => SetSynchronizationContext(null));
    }

    /// <summary>Runs one continuation, if there is one.</summary>
    public bool RunOne()
    {
        (SendOrPostCallback Call, object? State) next;
        lock (_gate)
        {
            if (!_posted.TryDequeue(out next))
            {
                return false;
            }
        }

        next.Call(next.State);
        return true;
    }

    /// <summary>Waits, in real time, for another thread to post something. The only way a body on two threads can go on.</summary>
    public bool Wait(TimeSpan patience)
    {
        lock (_gate)
        {
            return _posted.Count > 0 || Monitor.Wait(_gate, patience);
        }
    }

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_gate)
        {
            _posted.Enqueue((d, state));
            Monitor.PulseAll(_gate);
        }
    }

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("A marble run has one thread; nothing can be sent to it and waited for.");

    /// <inheritdoc/>
    public override SynchronizationContext CreateCopy() => this;
}
