using System.Reactive.Linq;
using DynamicData.Internal;

namespace DynamicData;

public static partial class ObservableCacheEx
{
    /// <summary>
    /// The whole collection after every set, refreshes included; nothing before the first. Each result is a copy of its own (the original
    /// hands out one live view), so it costs time in proportion to the collection.
    /// </summary>
    /// <param name="source">The change sets.</param>
    public static IObservable<IQuery<TObject, TKey>> QueryWhenChanged<TObject, TKey>(this IObservable<IChangeSet<TObject, TKey>> source)
        where TObject : notnull
        where TKey : notnull => source.Accumulate(IQuery<TObject, TKey> (data) => new QuerySnapshot<TObject, TKey>(new(data)));

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

    /// <summary>A copy of all items after every set.</summary>
    /// <param name="source">The change sets.</param>
    public static IObservable<IReadOnlyCollection<TObject>> ToCollection<TObject, TKey>(
        this IObservable<IChangeSet<TObject, TKey>> source)
        where TObject : notnull
        where TKey : notnull => source.Accumulate(IReadOnlyCollection<TObject> (data) => data.Values.ToArray());

    /// <summary>Every change of one key.</summary>
    /// <param name="source">The change sets.</param>
    /// <param name="key">The key.</param>
    public static IObservable<Change<TObject, TKey>> Watch<TObject, TKey>(this IObservable<IChangeSet<TObject, TKey>> source, TKey key)
        where TObject : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.SelectMany(changes => changes.Where(change => EqualityComparer<TKey>.Default.Equals(change.Key, key)));
    }

    /// <summary>The item of every change of one key, the removed one included.</summary>
    /// <param name="source">The change sets.</param>
    /// <param name="key">The key.</param>
    public static IObservable<TObject> WatchValue<TObject, TKey>(this IObservable<IChangeSet<TObject, TKey>> source, TKey key)
        where TObject : notnull
        where TKey : notnull => source.Watch(key).Select(change => change.Current);

    /// <summary>The current item under a key, if any, then the item of every change, the removed one included.</summary>
    /// <param name="source">The cache.</param>
    /// <param name="key">The key.</param>
    public static IObservable<TObject> WatchValue<TObject, TKey>(this IObservableCache<TObject, TKey> source, TKey key)
        where TObject : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Watch(key).Select(change => change.Current);
    }

    /// <summary>Sets with at least one change.</summary>
    /// <param name="source">The change sets.</param>
    public static IObservable<IChangeSet<TObject, TKey>> NotEmpty<TObject, TKey>(this IObservable<IChangeSet<TObject, TKey>> source)
        where TObject : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Where(changes => changes.Count != 0);
    }

    /// <summary>An empty set in front.</summary>
    /// <param name="source">The change sets.</param>
    public static IObservable<IChangeSet<TObject, TKey>> StartWithEmpty<TObject, TKey>(this IObservable<IChangeSet<TObject, TKey>> source)
        where TObject : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.StartWith(ChangeSet<TObject, TKey>.Empty);
    }

    /// <summary>All but the first set, which for a cache with items is what was there.</summary>
    /// <param name="source">The change sets.</param>
    public static IObservable<IChangeSet<TObject, TKey>> SkipInitial<TObject, TKey>(this IObservable<IChangeSet<TObject, TKey>> source)
        where TObject : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Skip(1);
    }

    private static IObservable<TResult> Accumulate<TObject, TKey, TResult>(
        this IObservable<IChangeSet<TObject, TKey>> source, Func<Dictionary<TKey, TObject>, TResult> result)
        where TObject : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        return Observable.Defer(() =>
        {
            var data = new Dictionary<TKey, TObject>();
            return source.Select(changes =>
            {
                Apply(data, changes);
                return result(data);
            });
        });
    }

    private static void Apply<TObject, TKey>(Dictionary<TKey, TObject> data, IChangeSet<TObject, TKey> changes)
        where TObject : notnull
        where TKey : notnull
    {
        foreach (var change in changes)
        {
            if (change.Reason == ChangeReason.Remove)
            {
                data.Remove(change.Key);
            }
            else
            {
                data[change.Key] = change.Current;
            }
        }
    }
}
