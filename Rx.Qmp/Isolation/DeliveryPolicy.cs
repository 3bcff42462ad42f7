namespace Rx.Qmp.Isolation;

/// <summary>How far one observer may fall behind.</summary>
/// <param name="NewBacklog">Makes the backlog of one subscription.</param>
/// <param name="OnLoss">Told, where the observer runs, what it has lost so far; null: nobody. May be the user's.</param>
internal sealed record DeliveryPolicy<T>(Func<Backlog<T>> NewBacklog, Action<BacklogLoss>? OnLoss = null)
    where T : class
{
    /// <summary>Keeps the newest items.</summary>
    public static DeliveryPolicy<T> DropOldest(int capacity) => new(() => new FifoBacklog<T>(capacity, FifoOverflow.DropOldest));

    /// <summary>Keeps everything: for observers of this library that neither block nor run foreign code.</summary>
    public static DeliveryPolicy<T> Unbounded { get; } = new(static () => new FifoBacklog<T>(int.MaxValue, FifoOverflow.Unbounded));
}
