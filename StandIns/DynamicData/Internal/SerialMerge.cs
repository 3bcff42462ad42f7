using System.Reactive.Disposables;
using System.Reactive.Linq;

namespace DynamicData.Internal;

/// <summary>Merging for operators with more than one input.</summary>
internal static class SerialMerge
{
    /// <summary>
    /// All values of all sources, one at a time and in order of arrival, also if handling one causes another; unlike Merge, no lock is held
    /// meanwhile. Subscribes in the order given; ends with the first error or the last completion.
    /// </summary>
    public static IObservable<T> Of<T>(params IObservable<T>[] sources) => Observable.Create<T>(observer =>
    {
        var merged = new SerialObserver<T>(observer);
        var open = sources.Length;
        var subscriptions = new CompositeDisposable(merged);
        foreach (var source in sources)
        {
            subscriptions.Add(source.Subscribe(merged.OnNext, merged.OnError, () =>
            {
                if (Interlocked.Decrement(ref open) == 0)
                {
                    merged.OnCompleted();
                }
            }));
        }

        return subscriptions;
    });

    /// <summary>
    /// Runs steps from several inputs one at a time, so that they can share state without a lock. A step that throws ends the stream with
    /// OnError; a step without a result emits nothing.
    /// </summary>
    public static IObservable<T> Run<T>(params IObservable<Func<T?>>[] inputs)
        where T : class => Of(inputs).Select(step => step()).Where(result => result is not null).Select(result => result!);
}
