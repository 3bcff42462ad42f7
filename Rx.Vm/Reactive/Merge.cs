using System.Reactive.Disposables;

namespace Rx.Vm.Reactive;

/// <summary>Joins the sources of an inbox.</summary>
internal static class Merge
{
    /// <summary>What all of <paramref name="sources"/> emit. They are subscribed in their order, each before the next may speak.</summary>
    /// <remarks>
    /// Operator checklist. Serialization: none, because an inbox comes behind it. The operator of the same name in Rx holds a lock while its
    /// observer runs, which here is a turn of the fold with all that hangs on it: whoever has something to tell would wait for that, and hold
    /// whatever locks he has. Terminal: never completes; a source that does has nothing more to say. Disposal: ends every subscription, and
    /// nothing passes afterwards but what was passing. Errors: a source that fails, or can't be subscribed to, becomes one item by
    /// <paramref name="failed"/>, and the others go on. Back-pressure: none. Scheduler: none. Temperature: cold.
    /// </remarks>
    /// <param name="failed">Makes an item of what a source threw.</param>
    /// <param name="sources">What to join.</param>
    public static IObservable<T> Of<T>(Func<Exception, T> failed, params IObservable<T>[] sources) => Cold.Of<T>(observer =>
    {
        var arms = new CompositeDisposable(sources.Length);
        foreach (var source in sources)
        {
            arms.Add(Arm<T>.Begin(source, observer, failed));
        }

        return arms;
    });

    /// <summary>
    /// What the latest of <paramref name="sources"/> emits. With each new one the one before is let go: what it still says is dropped.
    /// </summary>
    /// <remarks>As <see cref="Of"/>; a <c>Switch</c> that holds no lock while its observer runs.</remarks>
    /// <param name="sources">One after the other.</param>
    /// <param name="failed">Makes an item of what a source threw.</param>
    public static IObservable<T> Latest<T>(this IObservable<IObservable<T>> sources, Func<Exception, T> failed) => Cold.Of<T>(observer =>
    {
        var latest = new SerialDisposable();
        var outer = sources.Subscribe(source =>
        {
            var next = new SingleAssignmentDisposable();
            latest.Disposable = next;
            next.Disposable = Arm<T>.Begin(source, observer, failed);
        });
        return StableCompositeDisposable.Create(outer, latest);
    });

    private sealed class Arm<T>(IObserver<T> observer, Func<Exception, T> failed) : IObserver<T>, IDisposable
    {
        private SingleAssignmentDisposableValue _subscription;

        public static Arm<T> Begin(IObservable<T> source, IObserver<T> observer, Func<Exception, T> failed)
        {
            var arm = new Arm<T>(observer, failed);
            try
            {
                arm._subscription.Disposable = source.Subscribe(arm);
            }
            catch (Exception fault)
            {
                arm.OnError(fault);
            }

            return arm;
        }

        public void OnNext(T value)
        {
            if (!_subscription.IsDisposed)
            {
                observer.OnNext(value);
            }
        }

        public void OnError(Exception error) => OnNext(failed(error));

        public void OnCompleted()
        {
        }

        public void Dispose() => _subscription.Dispose();
    }
}
