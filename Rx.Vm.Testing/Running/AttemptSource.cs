using System.Reactive;
using System.Reactive.Disposables;
using Microsoft.Reactive.Testing;

namespace Rx.Vm.Testing.Running;

/// <summary>A cold script with one part for each subscription in turn.</summary>
internal sealed class AttemptSource<T>(TestScheduler scheduler, ITestableObservable<T>[] attempts, Action<string> fault)
    : ITestableObservable<T>
{
    private readonly WindowLog _log = new(scheduler);

    public IList<Subscription> Subscriptions => _log.Windows;

    public IList<Recorded<Notification<T>>> Messages => [.. attempts.SelectMany(a => a.Messages)];

    public IDisposable Subscribe(IObserver<T> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        if (Subscriptions.Count < attempts.Length)
        {
            return _log.Open(attempts[Subscriptions.Count].Subscribe(observer));
        }

        var problem = $"a source with {attempts.Length} attempts was subscribed once more";
        fault(problem);
        observer.OnError(new MarbleException(problem));
        return _log.Open(Disposable.Empty);
    }
}
