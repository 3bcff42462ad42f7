using System.Reactive.Linq;
using DynamicData.Internal;
using DynamicData.Kernel;

namespace DynamicData;

public static partial class ObservableCacheEx
{
    /// <summary>
    /// A cache that follows a stream from now until it is disposed. Its own streams end and fail with the source; the data stays readable.
    /// </summary>
    /// <param name="source">The change sets.</param>
    /// <param name="applyLocking">Ignored: the cache of the stand-in is always thread-safe.</param>
    public static IObservableCache<TObject, TKey> AsObservableCache<TObject, TKey>(
        this IObservable<IChangeSet<TObject, TKey>> source, bool applyLocking = true)
        where TObject : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        return new CacheCore<TObject, TKey>().FollowSource(source);
    }

    /// <summary>
    /// How far a stream has come: pending at once, loaded with the first value, then errored or completed, after which the result ends the
    /// same way.
    /// </summary>
    /// <param name="source">Any stream.</param>
    public static IObservable<ConnectionStatus> MonitorStatus<T>(this IObservable<T> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Select(_ => ConnectionStatus.Loaded)
            .Concat(Observable.Return(ConnectionStatus.Completed))
            .Catch((Exception error) =>
                Observable.Return(ConnectionStatus.Errored).Concat(Observable.Throw<ConnectionStatus>(error)))
            .StartWith(ConnectionStatus.Pending)
            .DistinctUntilChanged();
    }
}
