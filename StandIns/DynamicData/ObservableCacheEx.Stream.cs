using System.Reactive;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using DynamicData.Internal;

namespace DynamicData;

public static partial class ObservableCacheEx
{
    /// <summary>
    /// Collects the values of a stream by key: an empty set first, then one set per value. Completes with the stream, or, if items expire,
    /// when the last one has.
    /// </summary>
    /// <param name="source">The values.</param>
    /// <param name="keySelector">Tells the key of a value.</param>
    /// <param name="expireAfter">How long an item may stay after it last came; null, or a null result, is for ever.</param>
    /// <param name="limitSizeTo">Keeps at most so many of the youngest items; 0 or less is no limit.</param>
    /// <param name="scheduler">The clock of the expiry; null for System.Reactive's default.</param>
    public static IObservable<IChangeSet<TObject, TKey>> ToObservableChangeSet<TObject, TKey>(
        this IObservable<TObject> source,
        Func<TObject, TKey> keySelector,
        Func<TObject, TimeSpan?>? expireAfter = null,
        int limitSizeTo = -1,
        IScheduler? scheduler = null)
        where TObject : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        return Collected(source.Select(IEnumerable<TObject> (item) => [item]), keySelector, expireAfter, limitSizeTo, scheduler);
    }

    /// <summary>As above for a stream of batches, each of which gives one set.</summary>
    /// <param name="source">The batches.</param>
    /// <param name="keySelector">Tells the key of a value.</param>
    /// <param name="expireAfter">How long an item may stay after it last came; null, or a null result, is for ever.</param>
    /// <param name="limitSizeTo">Keeps at most so many of the youngest items; 0 or less is no limit.</param>
    /// <param name="scheduler">The clock of the expiry; null for System.Reactive's default.</param>
    public static IObservable<IChangeSet<TObject, TKey>> ToObservableChangeSet<TObject, TKey>(
        this IObservable<IEnumerable<TObject>> source,
        Func<TObject, TKey> keySelector,
        Func<TObject, TimeSpan?>? expireAfter = null,
        int limitSizeTo = -1,
        IScheduler? scheduler = null)
        where TObject : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        return Collected(source, keySelector, expireAfter, limitSizeTo, scheduler);
    }

    private static IObservable<IChangeSet<TObject, TKey>> Collected<TObject, TKey>(
        IObservable<IEnumerable<TObject>> source,
        Func<TObject, TKey> keySelector,
        Func<TObject, TimeSpan?>? lifetime,
        int limit,
        IScheduler? scheduler)
        where TObject : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(keySelector);
        return Observable.Using(
            () => lifetime is null
                ? new ExpiryTracker<TObject, TKey>(_ => null, null, Scheduler.Immediate)
                : new ExpiryTracker<TObject, TKey>(lifetime, null, scheduler.OrDefault()),
            tracker =>
            {
                var collected = new CollectedStream<TObject, TKey>(keySelector, limit, tracker);
                return SerialMerge.Run(
                    tracker.WakeUps.Select(Step<Unit, IChangeSet<TObject, TKey>>(_ => collected.Expire())),
                    source.Select(Step<IEnumerable<TObject>, IChangeSet<TObject, TKey>>(collected.Add))
                        .Concat(Observable.Return<Func<IChangeSet<TObject, TKey>?>>(() =>
                        {
                            tracker.Close(atOnce: false);
                            return null;
                        })));
            }).NotEmpty().StartWithEmpty();
    }
}
