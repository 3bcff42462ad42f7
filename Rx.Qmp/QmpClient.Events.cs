using System.Reactive;
using System.Reactive.Linq;
using Rx.Qmp.Isolation;

namespace Rx.Qmp;

// The half of the client that tells of events.
public sealed partial class QmpClient
{
    /// <summary>The events, with a buffer other than the default.</summary>
    /// <param name="buffer">How far each subscriber of the result may fall behind.</param>
    /// <returns>A stream like <see cref="Events"/>.</returns>
    public IObservable<QmpEvent> ObserveEvents(QmpEventBuffer buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.Validate(nameof(buffer));
        return new HubObservable<QmpEvent>(_connections.Events.All, buffer.Policy<QmpEvent>(), Settings.ObserversRunOn);
    }

    /// <summary>
    /// The events of one type, read. Like <see cref="Events"/> in every other respect. An event of that name whose data does not fit the type
    /// is left out here and is no error: it is in <see cref="Events"/> as it came, <see cref="QmpStatistics.UnreadableEvents"/> and the
    /// instrument qmp.events.unreadable count it, and the first of each name is logged as a warning. The type's own reader may throw
    /// anything: that counts as not fitting.
    /// </summary>
    /// <typeparam name="TEvent">The type, such as <see cref="Protocol.ShutdownEvent"/>.</typeparam>
    /// <returns>The typed stream.</returns>
    public IObservable<TEvent> EventsOf<TEvent>()
        where TEvent : class, IQmpTypedEvent<TEvent> =>
        Options.EventBuffer.Overflow == QmpEventOverflow.Latest
            ? Events.Select(TryRead<TEvent>).Where(static item => item is not null).Select(static item => item!)
            : new HubObservable<TEvent>(_connections.Events.Of<TEvent>(), Options.EventBuffer.Policy<TEvent>(), Settings.ObserversRunOn);

    /// <summary>
    /// Subscribes and lets the events be pulled: by TryRead and WaitToReadAsync, or by ReadAllAsync as an asynchronous sequence. It begins
    /// with the call, not with the first read, so what a command causes after it is not missed.
    /// </summary>
    /// <param name="buffer">How far the reader may fall behind, and what happens then.</param>
    /// <returns>The reader; dispose it to stop. It ends like <see cref="Events"/>.</returns>
    public QmpEventReader ReadEvents(QmpEventBuffer buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.Validate(nameof(buffer));
        var reader = new QmpEventReader(buffer, Options.InlineContinuations, _connections.Counters);

        // On the reading thread whatever the options say: the reader has the only buffer.
        reader.Begin(_connections.Events.All.Subscribe(
            Observer.Create<QmpEvent>(reader.Add, reader.End, () => reader.End(null)), DeliveryPolicy<QmpEvent>.Unbounded, null));
        return reader;
    }

    private TEvent? TryRead<TEvent>(QmpEvent item)
        where TEvent : class, IQmpTypedEvent<TEvent>
    {
        var read = item.TryRead<TEvent>();
        if (read is null && item.Name == TEvent.EventName)
        {
            _connections.Events.NoteMisfit(item.Name);
        }

        return read;
    }
}
