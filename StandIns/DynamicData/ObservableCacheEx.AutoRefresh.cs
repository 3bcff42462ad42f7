using System.ComponentModel;
using System.Linq.Expressions;
using System.Reactive;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using DynamicData.Internal;

namespace DynamicData;

public static partial class ObservableCacheEx
{
    /// <summary>Turns every property change of an item into a refresh of it.</summary>
    /// <param name="source">The change sets.</param>
    /// <param name="changeSetBuffer">Collects refreshes for so long and emits them as one set; null emits each at once.</param>
    /// <param name="propertyChangeThrottle">Waits until an item has been quiet for so long; null does not wait.</param>
    /// <param name="scheduler">The clock of both; null for System.Reactive's default.</param>
    public static IObservable<IChangeSet<TObject, TKey>> AutoRefresh<TObject, TKey>(
        this IObservable<IChangeSet<TObject, TKey>> source,
        TimeSpan? changeSetBuffer = null,
        TimeSpan? propertyChangeThrottle = null,
        IScheduler? scheduler = null)
        where TObject : INotifyPropertyChanged
        where TKey : notnull => source.AutoRefreshOnObservable(
        item => PropertyChanges(item, null, propertyChangeThrottle, scheduler), changeSetBuffer, scheduler);

    /// <summary>Turns every change of one property of an item into a refresh of it.</summary>
    /// <param name="source">The change sets.</param>
    /// <param name="propertyAccessor">Names a property of the item itself; a longer path is an argument error.</param>
    /// <param name="changeSetBuffer">Collects refreshes for so long and emits them as one set; null emits each at once.</param>
    /// <param name="propertyChangeThrottle">Waits until the property has been quiet for so long; null does not wait.</param>
    /// <param name="scheduler">The clock of both; null for System.Reactive's default.</param>
    public static IObservable<IChangeSet<TObject, TKey>> AutoRefresh<TObject, TKey, TProperty>(
        this IObservable<IChangeSet<TObject, TKey>> source,
        Expression<Func<TObject, TProperty>> propertyAccessor,
        TimeSpan? changeSetBuffer = null,
        TimeSpan? propertyChangeThrottle = null,
        IScheduler? scheduler = null)
        where TObject : INotifyPropertyChanged
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(propertyAccessor);
        var name = propertyAccessor.Body is MemberExpression { Expression: ParameterExpression } property
            ? property.Member.Name
            : throw new ArgumentException("Only a property of the item itself can be followed.", nameof(propertyAccessor));
        return source.AutoRefreshOnObservable(
            item => PropertyChanges(item, name, propertyChangeThrottle, scheduler), changeSetBuffer, scheduler);
    }

    /// <summary>
    /// Turns every value of one stream per item into a refresh of that item; a stream is left when its item is replaced or removed, and an
    /// error of it is an error of the result. Completes with the source.
    /// </summary>
    /// <param name="source">The change sets.</param>
    /// <param name="reevaluator">Gives the stream of an item.</param>
    /// <param name="changeSetBuffer">
    /// Collects refreshes for so long after the first one and emits them as one set (the original cuts time into fixed windows); null emits
    /// each at once.
    /// </param>
    /// <param name="scheduler">The clock of the buffer; null for System.Reactive's default.</param>
    public static IObservable<IChangeSet<TObject, TKey>> AutoRefreshOnObservable<TObject, TKey, TAny>(
        this IObservable<IChangeSet<TObject, TKey>> source,
        Func<TObject, IObservable<TAny>> reevaluator,
        TimeSpan? changeSetBuffer = null,
        IScheduler? scheduler = null)
        where TObject : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(reevaluator);
        return Observable.Using(
            () => new RefreshState<TObject, TKey, TAny>(changeSetBuffer, scheduler.OrDefault()),
            state => SerialMerge.Run(
                state.Requests.Select(Step<KeyValuePair<TKey, TObject>, IChangeSet<TObject, TKey>>(state.Ask)),
                state.Windows.Select(Step<Unit, IChangeSet<TObject, TKey>>(_ => state.Flush())),
                source.Select(Step<IChangeSet<TObject, TKey>, IChangeSet<TObject, TKey>>(changes => state.Apply(changes, reevaluator)))
                    .Concat(Observable.Return<Func<IChangeSet<TObject, TKey>?>>(state.Close))));
    }

    // Not FromEvent: it would add the handler on the synchronisation context of the subscriber, that is, later.
    private static IObservable<Unit> PropertyChanges<TObject>(TObject item, string? name, TimeSpan? throttle, IScheduler? scheduler)
        where TObject : INotifyPropertyChanged
    {
        var changes = Observable.Create<Unit>(observer =>
        {
            void Notify(object? sender, PropertyChangedEventArgs change)
            {
                if (name is null || string.IsNullOrEmpty(change.PropertyName) || change.PropertyName == name)
                {
                    observer.OnNext(Unit.Default);
                }
            }

            item.PropertyChanged += Notify;
            return Disposable.Create(() => item.PropertyChanged -= Notify);
        });
        return throttle is { } quiet ? changes.Throttle(quiet, scheduler.OrDefault()) : changes;
    }
}
