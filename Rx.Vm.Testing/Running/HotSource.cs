using System.Reactive;
using System.Reactive.Disposables;
using Microsoft.Reactive.Testing;

namespace Rx.Vm.Testing.Running;

/// <summary>
/// A hot script. The scheduler's own queues its messages when it is made, before any subscription at the same instant; this one waits
/// until the run has put its windows there first.
/// </summary>
internal sealed class HotSource<T>(TestScheduler scheduler, Recorded<Notification<T>>[] messages) : ITestableObservable<T>
{
    private readonly WindowLog _log = new(scheduler);
    private readonly List<IObserver<T>> _observers = [];

    public IList<Subscription> Subscriptions => _log.Windows;

    public IList<Recorded<Notification<T>>> Messages => messages;

    /// <summary>Puts the messages on the scheduler.</summary>
    public void Schedule()
    {
        foreach (var message in messages)
        {
            scheduler.ScheduleAbsolute(message.Value, message.Time, (_, notification) =>
            {
                // A copy: who comes or goes because of a message must not change who gets it.
                foreach (var observer in _observers.ToArray())
                {
                    notification.Accept(observer);
                }

                return Disposable.Empty;
            });
        }
    }

    public IDisposable Subscribe(IObserver<T> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        _observers.Add(observer);
        return _log.Open(Disposable.Create(() => _observers.Remove(observer)));
    }
}
