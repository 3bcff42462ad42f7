using System.Reactive;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using DynamicData.Internal;

namespace DynamicData;

public static partial class ObservableCacheEx
{
    /// <summary>
    /// Groups that each have a live cache. A group is added with its first member and removed, its cache completed, with the last; an item
    /// that changes its group is a removal in the old cache and an addition in the new one. A refresh asks the selector again. The caches
    /// change just before the set of groups is emitted; all complete when the subscription ends.
    /// </summary>
    /// <param name="source">The change sets.</param>
    /// <param name="groupSelectorKey">Tells the group of an item.</param>
    public static IObservable<IGroupChangeSet<TObject, TKey, TGroupKey>> Group<TObject, TKey, TGroupKey>(
        this IObservable<IChangeSet<TObject, TKey>> source, Func<TObject, TGroupKey> groupSelectorKey)
        where TObject : notnull
        where TKey : notnull
        where TGroupKey : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(groupSelectorKey);
        return Observable.Create<IGroupChangeSet<TObject, TKey, TGroupKey>>(observer =>
        {
            var groups = new LiveGroups<TObject, TKey, TGroupKey>(groupSelectorKey);

            // Select turns an exception of the selector into OnError; one of a follower of a group goes back to the source.
            var subscription = source.Select(changes => groups.Sort(changes).ToArray())
                .Subscribe(sorted => groups.Apply(sorted, observer), observer.OnError, observer.OnCompleted);
            return StableCompositeDisposable.Create(subscription, groups);
        });
    }

    /// <summary>Groups as snapshots: a group that changes is an update with a new one.</summary>
    /// <param name="source">The change sets.</param>
    /// <param name="groupSelectorKey">Tells the group of an item.</param>
    /// <param name="regrouper">Each value asks the selector again for every item. The result completes when both inputs have.</param>
    public static IObservable<IImmutableGroupChangeSet<TObject, TKey, TGroupKey>> GroupWithImmutableState<TObject, TKey, TGroupKey>(
        this IObservable<IChangeSet<TObject, TKey>> source,
        Func<TObject, TGroupKey> groupSelectorKey,
        IObservable<Unit>? regrouper = null)
        where TObject : notnull
        where TKey : notnull
        where TGroupKey : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(groupSelectorKey);
        return Observable.Defer(() =>
        {
            var groups = new ImmutableGroups<TObject, TKey, TGroupKey>(groupSelectorKey);
            return SerialMerge.Run(
                source.Select(Step<IChangeSet<TObject, TKey>, IImmutableGroupChangeSet<TObject, TKey, TGroupKey>>(groups.Apply)),
                (regrouper ?? Observable.Empty<Unit>())
                    .Select(Step<Unit, IImmutableGroupChangeSet<TObject, TKey, TGroupKey>>(_ => groups.Regroup())));
        });
    }

    /// <summary>The different values of a property: added with the first item that has it, removed with the last.</summary>
    /// <param name="source">The change sets.</param>
    /// <param name="valueSelector">Tells the value of an item; asked again on refresh.</param>
    public static IObservable<IDistinctChangeSet<TValue>> DistinctValues<TObject, TKey, TValue>(
        this IObservable<IChangeSet<TObject, TKey>> source, Func<TObject, TValue> valueSelector)
        where TObject : notnull
        where TKey : notnull
        where TValue : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(valueSelector);
        return Observable.Defer(() => source.Select(new DistinctState<TObject, TKey, TValue>(valueSelector).Apply))
            .Where(changes => changes.Count != 0);
    }
}
