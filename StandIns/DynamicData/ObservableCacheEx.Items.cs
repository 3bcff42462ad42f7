using System.Reactive.Disposables;
using System.Reactive.Linq;
using DynamicData.Internal;

namespace DynamicData;

public static partial class ObservableCacheEx
{
    /// <summary>Calls an action for every added item, before the set is passed on.</summary>
    /// <param name="source">The change sets.</param>
    /// <param name="addAction">The action; if it throws, the stream fails.</param>
    public static IObservable<IChangeSet<TObject, TKey>> OnItemAdded<TObject, TKey>(
        this IObservable<IChangeSet<TObject, TKey>> source, Action<TObject> addAction)
        where TObject : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(addAction);
        return source.OnReason(ChangeReason.Add, change => addAction(change.Current));
    }

    /// <summary>Calls an action with the current and the previous item of every update, before the set is passed on.</summary>
    /// <param name="source">The change sets.</param>
    /// <param name="updateAction">The action; if it throws, the stream fails.</param>
    public static IObservable<IChangeSet<TObject, TKey>> OnItemUpdated<TObject, TKey>(
        this IObservable<IChangeSet<TObject, TKey>> source, Action<TObject, TObject> updateAction)
        where TObject : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(updateAction);
        return source.OnReason(ChangeReason.Update, change => updateAction(change.Current, change.Previous.Value));
    }

    /// <summary>Calls an action for every refreshed item, before the set is passed on.</summary>
    /// <param name="source">The change sets.</param>
    /// <param name="refreshAction">The action; if it throws, the stream fails.</param>
    public static IObservable<IChangeSet<TObject, TKey>> OnItemRefreshed<TObject, TKey>(
        this IObservable<IChangeSet<TObject, TKey>> source, Action<TObject> refreshAction)
        where TObject : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(refreshAction);
        return source.OnReason(ChangeReason.Refresh, change => refreshAction(change.Current));
    }

    /// <summary>Calls an action for every removed item, before the set is passed on.</summary>
    /// <param name="source">The change sets.</param>
    /// <param name="removeAction">The action; if it throws, the stream fails.</param>
    /// <param name="invokeOnUnsubscribe">Whether the items that are left when the subscription ends count as removed.</param>
    public static IObservable<IChangeSet<TObject, TKey>> OnItemRemoved<TObject, TKey>(
        this IObservable<IChangeSet<TObject, TKey>> source, Action<TObject> removeAction, bool invokeOnUnsubscribe = true)
        where TObject : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(removeAction);
        return !invokeOnUnsubscribe
            ? source.OnReason(ChangeReason.Remove, change => removeAction(change.Current))
            : Observable.Using(
                () => new LiveItems<TKey, TObject>((_, item) => removeAction(item), replacedLeaves: false),
                live => source.Do(changes => Track(live, changes, change => change.Current)));
    }

    /// <summary>
    /// Holds a subscription of any kind per item: made when the item is added or updated, disposed when it is replaced or removed; the rest
    /// when the subscription ends.
    /// </summary>
    /// <param name="source">The change sets.</param>
    /// <param name="subscriptionFactory">Makes it; if it throws, the stream fails.</param>
    public static IObservable<IChangeSet<TObject, TKey>> SubscribeMany<TObject, TKey>(
        this IObservable<IChangeSet<TObject, TKey>> source, Func<TObject, IDisposable> subscriptionFactory)
        where TObject : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(subscriptionFactory);
        return Observable.Using(
            () => new LiveItems<TKey, IDisposable>((_, held) => held.Dispose(), replacedLeaves: true),
            live => source.Do(changes => Track(live, changes, change => subscriptionFactory(change.Current))));
    }

    /// <summary>
    /// Disposes what can be disposed among the items that were replaced or removed, after the set was passed on; the rest when the
    /// subscription ends.
    /// </summary>
    /// <param name="source">The change sets.</param>
    public static IObservable<IChangeSet<TObject, TKey>> DisposeMany<TObject, TKey>(this IObservable<IChangeSet<TObject, TKey>> source)
        where TObject : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        return Observable.Create<IChangeSet<TObject, TKey>>(observer =>
        {
            var live = new LiveItems<TKey, TObject>((_, item) => (item as IDisposable)?.Dispose(), replacedLeaves: true);
            var subscription = source.Subscribe(
                changes =>
                {
                    try
                    {
                        observer.OnNext(changes);
                    }
                    finally
                    {
                        Track(live, changes, change => change.Current);
                    }
                },
                observer.OnError,
                observer.OnCompleted);
            return StableCompositeDisposable.Create(subscription, live);
        });
    }

    /// <summary>
    /// The values of one stream per item, merged one at a time. A stream is left when its item is replaced or removed. Errors of these
    /// streams are ignored; completes when the source and all of them have.
    /// </summary>
    /// <param name="source">The change sets.</param>
    /// <param name="observableSelector">Gives the stream of an item.</param>
    public static IObservable<TDestination> MergeMany<TObject, TKey, TDestination>(
        this IObservable<IChangeSet<TObject, TKey>> source, Func<TObject, IObservable<TDestination>> observableSelector)
        where TObject : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(observableSelector);
        return Observable.Create<TDestination>(observer =>
        {
            var merged = new SerialObserver<TDestination>(observer);
            var open = 1;
            void Close()
            {
                if (Interlocked.Decrement(ref open) == 0)
                {
                    merged.OnCompleted();
                }
            }

            IDisposable Listen(TObject item)
            {
                var values = observableSelector(item);
                Interlocked.Increment(ref open);
                return values.Finally(Close).Subscribe(merged.OnNext, _ => { });
            }

            // Not SubscribeMany: that one lets go of the items when the source completes.
            var live = new LiveItems<TKey, IDisposable>((_, held) => held.Dispose(), replacedLeaves: true);
            var subscription = source.Do(changes => Track(live, changes, change => Listen(change.Current)))
                .Subscribe(_ => { }, merged.OnError, Close);
            return StableCompositeDisposable.Create(merged, subscription, live);
        });
    }

    private static IObservable<IChangeSet<TObject, TKey>> OnReason<TObject, TKey>(
        this IObservable<IChangeSet<TObject, TKey>> source, ChangeReason reason, Action<Change<TObject, TKey>> action)
        where TObject : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Do(changes =>
        {
            foreach (var change in changes)
            {
                if (change.Reason == reason)
                {
                    action(change);
                }
            }
        });
    }

    private static void Track<TObject, TKey, TValue>(
        LiveItems<TKey, TValue> live, IChangeSet<TObject, TKey> changes, Func<Change<TObject, TKey>, TValue> select)
        where TObject : notnull
        where TKey : notnull
    {
        foreach (var change in changes)
        {
            switch (change.Reason)
            {
                case ChangeReason.Add or ChangeReason.Update:
                    live.Set(change.Key, select(change));
                    break;
                case ChangeReason.Remove:
                    live.Remove(change.Key);
                    break;
                case ChangeReason.Refresh or ChangeReason.Moved:
                    break;
            }
        }
    }
}
