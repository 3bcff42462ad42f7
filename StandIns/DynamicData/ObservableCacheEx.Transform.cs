using System.Reactive.Linq;
using DynamicData.Internal;
using DynamicData.Kernel;

namespace DynamicData;

public static partial class ObservableCacheEx
{
    /// <summary>
    /// Another item for every item, made when it is added or updated. A factory that throws ends the stream with OnError.
    /// </summary>
    /// <param name="source">The change sets.</param>
    /// <param name="transformFactory">Makes the other item.</param>
    /// <param name="transformOnRefresh">Whether a refresh makes it anew, as an update; else the refresh is passed on.</param>
    public static IObservable<IChangeSet<TDestination, TKey>> Transform<TDestination, TSource, TKey>(
        this IObservable<IChangeSet<TSource, TKey>> source, Func<TSource, TDestination> transformFactory, bool transformOnRefresh)
        where TDestination : notnull
        where TSource : notnull
        where TKey : notnull => Transformed(source, transformFactory, null, null, transformOnRefresh);

    /// <summary>As above, without a new item on refresh; instead a second stream can ask for new items, told as updates.</summary>
    /// <param name="source">The change sets.</param>
    /// <param name="transformFactory">Makes the other item.</param>
    /// <param name="forceTransform">Each value says for which items to make it anew. The result completes when both inputs have.</param>
    public static IObservable<IChangeSet<TDestination, TKey>> Transform<TDestination, TSource, TKey>(
        this IObservable<IChangeSet<TSource, TKey>> source,
        Func<TSource, TDestination> transformFactory,
        IObservable<Func<TSource, bool>>? forceTransform = null)
        where TDestination : notnull
        where TSource : notnull
        where TKey : notnull => Transformed(source, transformFactory, null, forceTransform, false);

    /// <summary>
    /// As above, but an item whose factory throws is reported and left out; if it was an update, the other item of before stays.
    /// </summary>
    /// <param name="source">The change sets.</param>
    /// <param name="transformFactory">Makes the other item.</param>
    /// <param name="errorHandler">Is told which item failed and why.</param>
    /// <param name="forceTransform">Each value says for which items to make it anew.</param>
    public static IObservable<IChangeSet<TDestination, TKey>> TransformSafe<TDestination, TSource, TKey>(
        this IObservable<IChangeSet<TSource, TKey>> source,
        Func<TSource, TDestination> transformFactory,
        Action<Error<TSource, TKey>> errorHandler,
        IObservable<Func<TSource, bool>>? forceTransform = null)
        where TDestination : notnull
        where TSource : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(errorHandler);
        return Transformed(source, transformFactory, errorHandler, forceTransform, false);
    }

    private static IObservable<IChangeSet<TDestination, TKey>> Transformed<TDestination, TSource, TKey>(
        IObservable<IChangeSet<TSource, TKey>> source,
        Func<TSource, TDestination> factory,
        Action<Error<TSource, TKey>>? errorHandler,
        IObservable<Func<TSource, bool>>? forced,
        bool onRefresh)
        where TDestination : notnull
        where TSource : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(factory);
        return Observable.Defer(() =>
        {
            var state = new TransformState<TDestination, TSource, TKey>(factory, errorHandler, onRefresh);
            return forced is null
                ? source.Select(state.Apply)
                : SerialMerge.Run(
                    source.Select(Step<IChangeSet<TSource, TKey>, IChangeSet<TDestination, TKey>>(state.Apply)),
                    forced.Select(Step<Func<TSource, bool>, IChangeSet<TDestination, TKey>>(state.Redo)));
        }).NotEmpty();
    }
}
