using System.Reactive.Concurrency;

namespace Rx.Qmp.Session;

/// <summary>A hub as its subscribers see it.</summary>
/// <param name="hub">The hub.</param>
/// <param name="buffer">How far each subscriber may fall behind.</param>
/// <param name="scheduler">Where subscribers run; null: on the publishing thread.</param>
internal sealed class HubObservable<T>(ObserverHub<T> hub, QmpEventBuffer buffer, IScheduler? scheduler) : IObservable<T>
    where T : class
{
    /// <inheritdoc/>
    public IDisposable Subscribe(IObserver<T> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return hub.Subscribe(observer, buffer, scheduler);
    }
}
