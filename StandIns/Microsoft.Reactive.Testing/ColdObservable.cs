using System.Reactive;
using System.Reactive.Disposables;

namespace Microsoft.Reactive.Testing;

/// <summary>A script that starts anew for every subscriber, at times relative to the subscription.</summary>
internal sealed class ColdObservable<T>(TestScheduler scheduler, Recorded<Notification<T>>[] messages) : ITestableObservable<T>
{
    private readonly SubscriptionLog _log = new(scheduler);

    public IList<Subscription> Subscriptions => _log.Windows;

    public IList<Recorded<Notification<T>>> Messages { get; } = messages;

    public IDisposable Subscribe(IObserver<T> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var pending = new CompositeDisposable();
        foreach (var message in messages)
        {
            pending.Add(scheduler.ScheduleRelative(message.Value, message.Time, (_, notification) =>
            {
                notification.Accept(observer);
                return Disposable.Empty;
            }));
        }

        return _log.Open(pending.Dispose);
    }
}
