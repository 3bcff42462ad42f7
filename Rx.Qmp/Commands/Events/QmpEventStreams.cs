using System.Reactive.Linq;
using Rx.Qmp.Messages;

namespace Rx.Qmp.Commands.Events;

/// <summary>Typed views of an event stream.</summary>
public static class QmpEventStreams
{
    /// <summary>The events of one type, read. Behaves like its source in every other respect; events of that name that make no sense are
    /// left out (the source still shows them).</summary>
    /// <typeparam name="TEvent">The event's type, such as <see cref="ShutdownEvent"/>.</typeparam>
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
}
