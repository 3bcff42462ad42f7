using Rx.Qmp.Isolation;
using Rx.Qmp.Session;

namespace Rx.Qmp;

/// <summary>How far one subscriber may fall behind, and what happens then. Data: one instance may serve any number of
/// subscriptions, each with a buffer of its own.</summary>
/// <param name="Capacity">Events that may wait, or keys with <see cref="QmpEventOverflow.Latest"/>; at least 1. Without meaning for
/// <see cref="QmpEventOverflow.Unbounded"/>.</param>
/// <param name="Overflow">What happens beyond that.</param>
public sealed record QmpEventBuffer(int Capacity, QmpEventOverflow Overflow)
{
    /// <summary>Keeps everything; see <see cref="QmpEventOverflow.Unbounded"/> for the price.</summary>
    public static QmpEventBuffer Unbounded { get; } = new(int.MaxValue, QmpEventOverflow.Unbounded);

    /// <summary>Which events replace one another under <see cref="QmpEventOverflow.Latest"/>; by default those of one name.</summary>
    public QmpEventKey Key { get; init; } = QmpEventKey.Name;

    /// <summary>
    /// Told when a subscription lost events, with its totals so far; null: nobody. Runs where the subscriber runs, right before the
    /// first event, or the end, that it gets after the loss; for <see cref="QmpClient.ReadEvents"/> on whichever thread reads that event.
    /// What it throws counts as thrown by the subscriber.
    /// </summary>
    public Action<QmpEventLoss>? OnLoss { get; init; }

    /// <summary>Keeps the newest events.</summary>
    /// <param name="capacity">How many; at least 1.</param>
    /// <returns>The policy.</returns>
    public static QmpEventBuffer DropOldest(int capacity) => new(capacity, QmpEventOverflow.DropOldest);

    /// <summary>Keeps the oldest events.</summary>
    /// <param name="capacity">How many; at least 1.</param>
    /// <returns>The policy.</returns>
    public static QmpEventBuffer DropNewest(int capacity) => new(capacity, QmpEventOverflow.DropNewest);

    /// <summary>Ends the subscription rather than losing an event.</summary>
    /// <param name="capacity">How many may wait; at least 1.</param>
    /// <returns>The policy.</returns>
    public static QmpEventBuffer Fail(int capacity) => new(capacity, QmpEventOverflow.Fail);

    /// <summary>Keeps the latest event per key.</summary>
    /// <param name="maxKeys">How many keys may wait at once; at least 1.</param>
    /// <param name="key">The key; null: the event's name.</param>
    /// <returns>The policy.</returns>
    public static QmpEventBuffer Latest(int maxKeys, QmpEventKey? key = null) =>
        new(maxKeys, QmpEventOverflow.Latest) { Key = key ?? QmpEventKey.Name };

    /// <summary>What this means for one subscription.</summary>
    internal DeliveryPolicy<T> Policy<T>()
        where T : class =>
        new(NewBacklog<T>, OnLoss is { } tell ? loss => tell(new QmpEventLoss(loss.Dropped, loss.Replaced)) : null);

    internal Backlog<T> NewBacklog<T>()
        where T : class => Overflow switch
        {
            QmpEventOverflow.Latest => new LatestBacklog<T>(Capacity, Key),
            QmpEventOverflow.DropOldest => new FifoBacklog<T>(Capacity, FifoOverflow.DropOldest),
            QmpEventOverflow.DropNewest => new FifoBacklog<T>(Capacity, FifoOverflow.DropNewest),
            QmpEventOverflow.Fail => new FifoBacklog<T>(Capacity, FifoOverflow.Fail, () => new QmpEventOverflowException(Capacity)),
            QmpEventOverflow.Unbounded => new FifoBacklog<T>(Capacity, FifoOverflow.Unbounded),
        };

    internal void Validate(string parameter)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Capacity, 1, parameter);
        ArgumentNullException.ThrowIfNull(Key, parameter);
        if (!Enum.IsDefined(Overflow))
        {
            throw new ArgumentOutOfRangeException(parameter, Overflow, "Not an overflow policy.");
        }
    }
}
