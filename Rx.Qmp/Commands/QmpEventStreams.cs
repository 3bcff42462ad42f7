using System.Reactive;
using System.Reactive.Linq;

namespace Rx.Qmp;

/// <summary>Typed views of an event stream.</summary>
public static class QmpEventStreams
{
    /// <summary>The events of one type, read. Behaves like its source in every other respect; events of that name that make no sense are
    /// left out (the source still shows them).</summary>
    /// <typeparam name="TEvent">The event's type, such as <see cref="Protocol.ShutdownEvent"/>.</typeparam>
    /// <param name="events">Usually <see cref="QmpClient.Events"/>.</param>
    /// <returns>The typed stream.</returns>
    public static IObservable<TEvent> OfEvent<TEvent>(this IObservable<QmpEvent> events)
        where TEvent : class, IQmpTypedEvent<TEvent>
    {
        ArgumentNullException.ThrowIfNull(events);
        return events
            .Select(static item => item.TryRead<TEvent>())
            .Where(static item => item is not null)
            .Select(static item => item!);
    }

    /// <summary>
    /// The events about one thing: those whose data names it as device, id or node-name, or by a path or qom-path whose last part it is. So
    /// for a device disk0 DEVICE_DELETED and DEVICE_UNPLUG_GUEST_ERROR of /machine/peripheral/disk0 count, whether they carry the id or
    /// only the path, but not DEVICE_DELETED of its parts; for a job JOB_STATUS_CHANGE (id) and BLOCK_JOB_COMPLETED (device). Behaves like
    /// its source in every other respect.
    /// </summary>
    /// <param name="events">Usually <see cref="QmpClient.Events"/>.</param>
    /// <param name="id">The device's, job's, port's or node's name.</param>
    /// <returns>The stream of what concerns it.</returns>
    public static IObservable<QmpEvent> OfDevice(this IObservable<QmpEvent> events, string id)
    {
        ArgumentNullException.ThrowIfNull(events);
        ArgumentException.ThrowIfNullOrEmpty(id);
        return events.Where(item => EventSubject.Is(item.Data.Span, id));
    }

    /// <summary>The client's events about one thing; see <see cref="OfDevice"/>.</summary>
    /// <param name="client">The client.</param>
    /// <param name="id">The device's, job's, port's or node's name.</param>
    /// <returns>The stream of what concerns it.</returns>
    public static IObservable<QmpEvent> EventsOfDevice(this QmpClient client, string id)
    {
        ArgumentNullException.ThrowIfNull(client);
        return client.Events.OfDevice(id);
    }

    /// <summary>
    /// Subscribes and lets the events be pulled: by TryRead and WaitToReadAsync, or by ReadAllAsync as an asynchronous sequence. It begins
    /// with the call, not with the first read, so what a command causes after it is not missed.
    /// </summary>
    /// <param name="client">The client.</param>
    /// <param name="buffer">How far the reader may fall behind, and what happens then.</param>
    /// <returns>The reader; dispose it to stop.</returns>
    public static QmpEventReader ReadEvents(this QmpClient client, QmpEventBuffer buffer)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.Validate(nameof(buffer));
        var reader = new QmpEventReader(buffer, client.Options.InlineContinuations);
        reader.Begin(client.Tap(Feed(reader)));
        return reader;
    }

    /// <summary>The same for a stream made of the events, such as <see cref="OfDevice"/>. What the stream's own buffer drops is lost before
    /// it comes here.</summary>
    /// <param name="events">The stream; subscribed to at once.</param>
    /// <param name="buffer">How far the reader may fall behind, and what happens then.</param>
    /// <returns>The reader; dispose it to stop.</returns>
    public static QmpEventReader ToReader(this IObservable<QmpEvent> events, QmpEventBuffer buffer)
    {
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.Validate(nameof(buffer));
        var reader = new QmpEventReader(buffer, inline: false);
        reader.Begin(events.Subscribe(Feed(reader)));
        return reader;
    }

    private static IObserver<QmpEvent> Feed(QmpEventReader reader) =>
        Observer.Create<QmpEvent>(reader.Add, reader.End, () => reader.End(null));
}
