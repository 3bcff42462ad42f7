using System.Reactive.Disposables;
using Microsoft.Reactive.Testing;

namespace Rx.Vm.Testing.Running;

/// <summary>The subscriptions of a scripted source.</summary>
internal sealed class WindowLog(TestScheduler scheduler)
{
    /// <summary>One window a subscription, in their order.</summary>
    public IList<Subscription> Windows { get; } = [];

    /// <summary>Opens a window; disposing closes it, once.</summary>
    public IDisposable Open(IDisposable subscription)
    {
        var index = Windows.Count;
        Windows.Add(new(scheduler.Clock));
        return Disposable.Create(() =>
        {
            subscription.Dispose();
            Windows[index] = new(Windows[index].Subscribe, scheduler.Clock);
        });
    }
}
