using System.Collections.Immutable;
using Rx.Qmp.Isolation;
using Serilog;

namespace Rx.Qmp.Session;

/// <summary>Everybody who observes events: those who want all of them, and those who want one type.</summary>
/// <param name="report">Hears what observers do wrong.</param>
/// <param name="counters">Where events that fit no type are counted.</param>
/// <param name="log">Where each kind of them is told once.</param>
internal sealed class EventHubs(IDeliveryReport report, SessionCounters counters, ILogger log)
{
    private readonly HashSet<string> _misfits = [];
    private readonly Lock _gate = new();
    private readonly Dictionary<Type, TypedEventHub> _byType = [];
    private volatile Dictionary<string, ImmutableArray<TypedEventHub>> _byName = [];
    private bool _completed;

    /// <summary>Those who want every event.</summary>
    public ObserverHub<QmpEvent> All { get; } = new(replayLast: false, report);

    /// <summary>The hub of one type, made when first asked for. There are never more than the program has types.</summary>
    public ObserverHub<TEvent> Of<TEvent>()
        where TEvent : class, IQmpTypedEvent<TEvent>
    {
        lock (_gate)
        {
            if (_byType.TryGetValue(typeof(TEvent), out var known))
            {
                return ((TypedEventHub<TEvent>)known).Observers;
            }

            var hub = new TypedEventHub<TEvent>(report);
            _byType.Add(typeof(TEvent), hub);

            // Replaced, not changed: the reader looks names up without the lock.
            var named = _byName.GetValueOrDefault(hub.Name, []);
            _byName = new(_byName) { [hub.Name] = named.Add(hub) };
            if (_completed)
            {
                hub.Complete();
            }

            return hub.Observers;
        }
    }

    /// <summary>The hubs of the types that have this name.</summary>
    public ImmutableArray<TypedEventHub> Named(string name) => _byName.GetValueOrDefault(name, []);

    /// <summary>An event was left out of a typed stream. All are counted; the first of each name is told, for a server that sends one sends
    /// many.</summary>
    /// <param name="name">The name of the type, of which a program has only so many.</param>
    public void NoteMisfit(string name)
    {
        Interlocked.Increment(ref counters.UnreadableEvents);
        lock (_gate)
        {
            if (!_misfits.Add(name))
            {
                return;
            }
        }

        QmpLog.Unreadable(log, name);
    }

    /// <summary>Ends every stream.</summary>
    public void Complete()
    {
        TypedEventHub[] hubs;
        lock (_gate)
        {
            _completed = true;
            hubs = [.. _byType.Values];
        }

        All.Complete();
        foreach (var hub in hubs)
        {
            hub.Complete();
        }
    }
}
