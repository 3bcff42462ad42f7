using Rx.Qmp.Messages;

namespace Rx.Qmp.Commands.Events;

/// <summary>An event with its data read.</summary>
/// <typeparam name="TSelf">The implementing type.</typeparam>
public interface IQmpTypedEvent<TSelf>
    where TSelf : class, IQmpTypedEvent<TSelf>
{
    /// <summary>The event's name on the wire.</summary>
    static abstract string EventName { get; }

    /// <summary>Reads the data of an event of that name. Unknown members are ignored and unknown words kept as text.</summary>
    /// <param name="source">The event; its name has been checked.</param>
    /// <returns>The typed event, or null where a member it cannot do without is missing or misshapen.</returns>
    static abstract TSelf? TryRead(QmpEvent source);
}
