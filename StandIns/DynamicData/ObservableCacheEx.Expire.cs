using System.Reactive;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using DynamicData.Internal;

namespace DynamicData;

public static partial class ObservableCacheEx
{
    /// <summary>Removes items from the stream when their time is up, on System.Reactive's default scheduler.</summary>
    /// <param name="source">The change sets.</param>
    /// <param name="timeSelector">How long an item may stay after it was last added or updated; null is for ever.</param>
    public static IObservable<IChangeSet<TObject, TKey>> ExpireAfter<TObject, TKey>(
        this IObservable<IChangeSet<TObject, TKey>> source, Func<TObject, TimeSpan?> timeSelector)
        where TObject : notnull
        where TKey : notnull => Expiring(source, timeSelector, null, null);

    /// <summary>Removes items from the stream when their time is up.</summary>
    /// <param name="source">The change sets.</param>
    /// <param name="timeSelector">How long an item may stay after it was last added or updated; null is for ever.</param>
    /// <param name="scheduler">The clock; removals that it causes are emitted on it.</param>
    public static IObservable<IChangeSet<TObject, TKey>> ExpireAfter<TObject, TKey>(
        this IObservable<IChangeSet<TObject, TKey>> source, Func<TObject, TimeSpan?> timeSelector, IScheduler scheduler)
        where TObject : notnull
        where TKey : notnull => Expiring(source, timeSelector, null, scheduler);

    /// <summary>Removes items from the stream at the first look after their time is up, on System.Reactive's default scheduler.</summary>
    /// <param name="source">The change sets.</param>
    /// <param name="timeSelector">How long an item may stay after it was last added or updated; null is for ever.</param>
    /// <param name="pollingInterval">How often to look; null for a timer that fits.</param>
    public static IObservable<IChangeSet<TObject, TKey>> ExpireAfter<TObject, TKey>(
        this IObservable<IChangeSet<TObject, TKey>> source, Func<TObject, TimeSpan?> timeSelector, TimeSpan? pollingInterval)
        where TObject : notnull
        where TKey : notnull => Expiring(source, timeSelector, pollingInterval, null);

    /// <summary>Removes items from the stream at the first look after their time is up.</summary>
    /// <param name="source">The change sets.</param>
    /// <param name="timeSelector">How long an item may stay after it was last added or updated; null is for ever.</param>
    /// <param name="pollingInterval">How often to look; null for a timer that fits.</param>
    /// <param name="scheduler">The clock; removals that it causes are emitted on it.</param>
    public static IObservable<IChangeSet<TObject, TKey>> ExpireAfter<TObject, TKey>(
        this IObservable<IChangeSet<TObject, TKey>> source,
        Func<TObject, TimeSpan?> timeSelector,
        TimeSpan? pollingInterval,
        IScheduler scheduler)
        where TObject : notnull
        where TKey : notnull => Expiring(source, timeSelector, pollingInterval, scheduler);

    /// <summary>
    /// Removes items from the cache when their time is up, as long as somebody is subscribed, and emits what was removed, one batch per due
    /// time. Completes when the cache is disposed. A follower of the cache that throws while it is told of a removal ends the result with
    /// OnError. Pass the scheduler by name, and let the lambda return a nullable.
    /// </summary>
    /// <param name="source">The cache.</param>
    /// <param name="timeSelector">How long an item may stay after it was last added or updated; null is for ever.</param>
    /// <param name="pollingInterval">How often to look; null for a timer that fits.</param>
    /// <param name="scheduler">The clock, on which the removals are made; null for System.Reactive's default.</param>
    public static IObservable<IEnumerable<KeyValuePair<TKey, TObject>>> ExpireAfter<TObject, TKey>(
        this ISourceCache<TObject, TKey> source,
        Func<TObject, TimeSpan?> timeSelector,
        TimeSpan? pollingInterval = null,
        IScheduler? scheduler = null)
        where TObject : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(timeSelector);
        return Observable.Using(
            () => new ExpiryTracker<TObject, TKey>(timeSelector, pollingInterval, scheduler.OrDefault()),
            tracker => Tracked(source.Connect(), tracker, closeAtOnce: true, changes => null, due => RemoveUnchanged(source, due)));
    }

    private static IObservable<IChangeSet<TObject, TKey>> Expiring<TObject, TKey>(
        IObservable<IChangeSet<TObject, TKey>> source, Func<TObject, TimeSpan?> lifetime, TimeSpan? polling, IScheduler? scheduler)
        where TObject : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(lifetime);
        return Observable.Using(
            () => new ExpiryTracker<TObject, TKey>(lifetime, polling, scheduler.OrDefault()),
            tracker =>
            {
                var remaining = new RecordingCache<TObject, TKey>();
                return Tracked<TObject, TKey, IChangeSet<TObject, TKey>>(
                    source,
                    tracker,
                    closeAtOnce: false,
                    changes =>
                    {
                        remaining.Clone(changes);
                        return remaining.TakeChanges();
                    },
                    due =>
                    {
                        due.ForEach(entry => remaining.Remove(entry.Key));
                        return remaining.TakeChanges();
                    }).NotEmpty();
            });
    }

    // Both inputs are handled one at a time; the end of the source is a step of its own, so that it comes after its last set.
    private static IObservable<TResult> Tracked<TObject, TKey, TResult>(
        IObservable<IChangeSet<TObject, TKey>> source,
        ExpiryTracker<TObject, TKey> tracker,
        bool closeAtOnce,
        Func<IChangeSet<TObject, TKey>, TResult?> onChanges,
        Func<List<KeyValuePair<TKey, TObject>>, TResult?> onDue)
        where TObject : notnull
        where TKey : notnull
        where TResult : class
    {
        return SerialMerge.Run(
            tracker.WakeUps.Select(Step<Unit, TResult>(_ => onDue(tracker.TakeDue()))),
            source.Select(Step<IChangeSet<TObject, TKey>, TResult>(changes =>
            {
                tracker.Track(changes);
                return onChanges(changes);
            })).Concat(Observable.Return<Func<TResult?>>(() =>
            {
                tracker.Close(closeAtOnce);
                return null;
            })));
    }

    // An item that was replaced after the tracker last heard from the cache stays.
    private static IEnumerable<KeyValuePair<TKey, TObject>>? RemoveUnchanged<TObject, TKey>(
        ISourceCache<TObject, TKey> cache, List<KeyValuePair<TKey, TObject>> due)
        where TObject : notnull
        where TKey : notnull
    {
        cache.Edit(updater =>
        {
            due.RemoveAll(entry => updater.Lookup(entry.Key) != entry.Value);
            updater.Remove(due);
        });
        return due.Count == 0 ? null : due;
    }
}
