using Serilog;

namespace Rx.Vm.Guest;

/// <summary>
/// Hands messages to the sink one at a time, in order, without holding a lock: whoever finds nobody at it delivers what has gathered.
/// Re-entrant calls and other threads leave their message and go on. Short by construction: only the reader tells more than one thing.
/// </summary>
internal sealed class MessageQueue(IObserver<GuestMessage> sink, Action<Exception> onFault, ILogger log)
{
    private readonly Lock _gate = new();
    private readonly Queue<GuestMessage> _waiting = [];
    private bool _isDelivering;
    private bool _isShut;

    /// <summary>Adds a message behind the others.</summary>
    public void Enqueue(GuestMessage message)
    {
        lock (_gate)
        {
            if (!_isShut)
            {
                _waiting.Enqueue(message);
            }
        }
    }

    /// <summary>Delivers until nothing waits, unless somebody is delivering already, who will then deliver it.</summary>
    public void Drain()
    {
        lock (_gate)
        {
            if (_isDelivering)
            {
                return;
            }

            _isDelivering = true;
        }

        while (Next() is { } message)
        {
            Deliver(message);
        }
    }

    /// <summary>Nothing is delivered from now on, except what is being delivered at this moment.</summary>
    public void Shut()
    {
        lock (_gate)
        {
            _isShut = true;
            _waiting.Clear();
        }
    }

    private GuestMessage? Next()
    {
        lock (_gate)
        {
            _isDelivering = _waiting.TryDequeue(out var message);
            return message;
        }
    }

    private void Deliver(GuestMessage message)
    {
        Guarded(message, static (s, m) => s.OnNext(m));
        if (message is GuestLost)
        {
            Guarded(message, static (s, _) => s.OnCompleted());
        }
    }

    private void Guarded(GuestMessage message, Action<IObserver<GuestMessage>, GuestMessage> call)
    {
        try
        {
            call(sink, message);
        }
        catch (Exception e)
        {
            // What the guest said is lost, and nobody can tell what it meant: the channel is over, and says why.
            log.Error(e, "The sink of guest messages threw on {Message}", message.GetType().Name);
            onFault(e);
        }
    }
}
