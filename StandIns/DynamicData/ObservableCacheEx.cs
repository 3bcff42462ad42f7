using System.Reactive.Linq;
using DynamicData.Internal;

namespace DynamicData;

/// <summary>Operators over change sets.</summary>
public static class ObservableCacheEx
{
    /// <summary>Only the items that pass: an update into the predicate is an addition, out of it a removal.</summary>
    /// <param name="source">The change sets.</param>
    /// <param name="filter">The predicate; what it throws ends the stream with OnError.</param>
    /// <param name="suppressEmptyChangeSets">Whether a set without effect is left out.</param>
    public static IObservable<IChangeSet<TObject, TKey>> Filter<TObject, TKey>(
        this IObservable<IChangeSet<TObject, TKey>> source, Func<TObject, bool> filter, bool suppressEmptyChangeSets = true)
        where TObject : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(filter);
        return Observable.Defer(() => source.Select(new RecordingCache<TObject, TKey>().Follower(filter)))
            .Where(changes => !suppressEmptyChangeSets || changes.Count != 0);
    }

    /// <summary>
    /// The whole collection after every set; nothing before the first. Each result is a copy of its own, so it costs time in proportion to
    /// the collection.
    /// </summary>
    /// <param name="source">The change sets.</param>
    public static IObservable<IQuery<TObject, TKey>> QueryWhenChanged<TObject, TKey>(this IObservable<IChangeSet<TObject, TKey>> source)
        where TObject : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        return Observable.Defer(() =>
        {
            var all = new RecordingCache<TObject, TKey>();
            return source.Select(all.Follower(static _ => true))
                .Select(IQuery<TObject, TKey> (_) => new QuerySnapshot<TObject, TKey>(new(all.Data)));
        });
    }

    /// <summary>An answer about the whole collection after every set.</summary>
    /// <param name="source">The change sets.</param>
    /// <param name="resultSelector">Gives the answer.</param>
    public static IObservable<TDestination> QueryWhenChanged<TObject, TKey, TDestination>(
        this IObservable<IChangeSet<TObject, TKey>> source, Func<IQuery<TObject, TKey>, TDestination> resultSelector)
        where TObject : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(resultSelector);
        return source.QueryWhenChanged().Select(resultSelector);
    }
}
