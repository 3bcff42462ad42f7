using System.Reactive.Linq;
using DynamicData.Internal;

namespace DynamicData;

/// <summary>
/// Operators over streams of change sets. Each is cold: it keeps its own state per subscription, and runs on whatever thread the source
/// calls it. Unless said otherwise it completes and fails with its source, and an exception thrown by a function it was given is OnError.
/// </summary>
public static partial class ObservableCacheEx
{
    /// <summary>
    /// Only the items that pass. An update into the predicate is an addition, out of it a removal; a refresh asks the predicate again and
    /// is passed on while the item stays.
    /// </summary>
    /// <param name="source">The change sets.</param>
    /// <param name="filter">The predicate.</param>
    /// <param name="suppressEmptyChangeSets">Whether a set without effect is left out.</param>
    public static IObservable<IChangeSet<TObject, TKey>> Filter<TObject, TKey>(
        this IObservable<IChangeSet<TObject, TKey>> source, Func<TObject, bool> filter, bool suppressEmptyChangeSets = true)
        where TObject : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(filter);
        return Observable.Defer(() => source.Select(new FilterState<TObject, TKey>(filter, changeable: false).Apply))
            .Where(changes => !suppressEmptyChangeSets || changes.Count != 0);
    }

    /// <summary>
    /// As above with a predicate that may be replaced: one set of removals and additions tells the difference. Nothing passes before the
    /// first predicate. Completes when both inputs have.
    /// </summary>
    /// <param name="source">The change sets.</param>
    /// <param name="predicateChanged">The predicates; subscribed before the source.</param>
    /// <param name="suppressEmptyChangeSets">Whether a set without effect is left out.</param>
    public static IObservable<IChangeSet<TObject, TKey>> Filter<TObject, TKey>(
        this IObservable<IChangeSet<TObject, TKey>> source,
        IObservable<Func<TObject, bool>> predicateChanged,
        bool suppressEmptyChangeSets = true)
        where TObject : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(predicateChanged);
        return Observable.Defer(() =>
        {
            var state = new FilterState<TObject, TKey>(_ => false, changeable: true);
            return SerialMerge.Run(
                predicateChanged.Select(Step<Func<TObject, bool>, IChangeSet<TObject, TKey>>(state.Use)),
                source.Select(Step<IChangeSet<TObject, TKey>, IChangeSet<TObject, TKey>>(state.Apply)));
        }).Where(changes => !suppressEmptyChangeSets || changes.Count != 0);
    }

    /// <summary>As above with one predicate that looks at a state, for which every new state counts as a new predicate.</summary>
    /// <param name="source">The change sets.</param>
    /// <param name="predicateState">The states; subscribed before the source.</param>
    /// <param name="predicate">The predicate of state and item.</param>
    /// <param name="suppressEmptyChangeSets">Whether a set without effect is left out.</param>
    public static IObservable<IChangeSet<TObject, TKey>> Filter<TObject, TKey, TState>(
        this IObservable<IChangeSet<TObject, TKey>> source,
        IObservable<TState> predicateState,
        Func<TState, TObject, bool> predicate,
        bool suppressEmptyChangeSets = true)
        where TObject : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(predicateState);
        ArgumentNullException.ThrowIfNull(predicate);
        return source.Filter(
            predicateState.Select(state => (Func<TObject, bool>)(item => predicate(state, item))), suppressEmptyChangeSets);
    }

    private static Func<TIn, Func<TOut?>> Step<TIn, TOut>(Func<TIn, TOut?> work)
        where TOut : class => input => () => work(input);
}
