using System.Reactive.Concurrency;

namespace Rx.Qmp.Isolation;

/// <summary>A hub as its subscribers see it.</summary>
/// <param name="hub">The hub.</param>
/// <param name="policy">How far each subscriber may fall behind.</param>
/// <param name="scheduler">Where subscribers run; null: on the publishing thread.</param>
internal sealed class HubObservable<T>(ObserverHub<T> hub, DeliveryPolicy<T> policy, IScheduler? scheduler) : IObservable<T>
    where T : class
{
    /// <inheritdoc/>
    public IDisposable Subscribe(IObserver<T> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return hub.Subscribe(observer, policy, scheduler);
    }
}
