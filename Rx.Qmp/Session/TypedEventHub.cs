using Rx.Qmp.Isolation;

namespace Rx.Qmp.Session;

/// <summary>The observers of one type of event. The event is read once, straight from the read buffer, and only while somebody
/// observes.</summary>
internal abstract class TypedEventHub
{
    /// <summary>The event's name on the wire.</summary>
    public abstract string Name { get; }

    public abstract bool HasObservers { get; }

    /// <summary>Reads and publishes.</summary>
    /// <param name="data">The event's data; empty if it has none.</param>
    /// <param name="timestamp">When it happened.</param>
    /// <returns>False if the bytes are not one value of the right shape; then nobody was told.</returns>
    public abstract bool TryPublish(ReadOnlySpan<byte> data, DateTimeOffset? timestamp);

    public abstract void Complete();
}

/// <inheritdoc/>
/// <param name="report">Hears what observers do wrong.</param>
internal sealed class TypedEventHub<TEvent>(IDeliveryReport report) : TypedEventHub
    where TEvent : class, IQmpTypedEvent<TEvent>
{
    public override string Name => TEvent.EventName;

    public override bool HasObservers => Observers.HasObservers;

    public ObserverHub<TEvent> Observers { get; } = new(replayLast: false, report);

    public override bool TryPublish(ReadOnlySpan<byte> data, DateTimeOffset? timestamp)
    {
        if (TypedEvent.TryRead<TEvent>(data, timestamp) is not { } read)
        {
            return false;
        }

        Observers.Publish(read);
        return true;
    }

    public override void Complete() => Observers.Complete();
}
