using System.Reactive.Disposables;

namespace Microsoft.Reactive.Testing;

/// <summary>Keeps the windows of a scripted source: opened at subscription, closed once, at the first disposal.</summary>
internal sealed class SubscriptionLog(TestScheduler scheduler)
{
    public IList<Subscription> Windows { get; } = [];

    /// <summary>Opens a window now; disposing runs <paramref name="onClose"/> and closes it at the clock of then.</summary>
    public IDisposable Open(Action onClose)
    {
        var index = Windows.Count;
        Windows.Add(new(scheduler.Clock));
        return Disposable.Create(() =>
        {
            onClose();
            Windows[index] = new(Windows[index].Subscribe, scheduler.Clock);
        });
    }
}
