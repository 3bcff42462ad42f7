using System.Reactive;
using System.Reactive.Disposables;

namespace Microsoft.Reactive.Testing;

/// <summary>
/// A script at absolute times, the same for all who are subscribed at the time of a message. The work is queued when the source is
/// created, hence before any step of a later <see cref="TestScheduler"/>.Start that falls on the same tick.
/// </summary>
internal sealed class HotObservable<T> : ITestableObservable<T>
{
    private readonly SubscriptionLog log;
    private readonly List<IObserver<T>> observers = [];

    public HotObservable(TestScheduler scheduler, Recorded<Notification<T>>[] messages)
    {
        log = new(scheduler);
        Messages = messages;
        foreach (var message in messages)
        {
            scheduler.ScheduleAbsolute(message.Value, message.Time, (_, notification) => Deliver(notification));
        }
    }

    public IList<Subscription> Subscriptions => log.Windows;

    public IList<Recorded<Notification<T>>> Messages { get; }

    public IDisposable Subscribe(IObserver<T> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        observers.Add(observer);
        return log.Open(() => observers.Remove(observer));
    }

    private IDisposable Deliver(Notification<T> notification)
    {
        // A copy: who subscribes or leaves because of this message must not change who gets it.
        foreach (var observer in observers.ToArray())
        {
            notification.Accept(observer);
        }

        return Disposable.Empty;
    }
}
