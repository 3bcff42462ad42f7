namespace DynamicData;

/// <summary>A keyed collection one can follow.</summary>
/// <typeparam name="TObject">Type of the items.</typeparam>
/// <typeparam name="TKey">Type of the keys.</typeparam>
public interface IConnectableCache<TObject, TKey>
    where TObject : notnull
    where TKey : notnull
{
    /// <summary>The current count first, then every different one, after the change sets of the edit. Completes with the cache.</summary>
    IObservable<int> CountChanged { get; }

    /// <summary>
    /// First one set of additions for what is there (nothing if that is nothing and empty sets are suppressed), then one set per edit.
    /// Completes when the cache is disposed; does not fail for a source cache.
    /// </summary>
    /// <param name="predicate">Restricts the stream to items that pass.</param>
    /// <param name="suppressEmptyChangeSets">Whether an edit without effect is left out.</param>
    IObservable<IChangeSet<TObject, TKey>> Connect(Func<TObject, bool>? predicate = null, bool suppressEmptyChangeSets = true);

    /// <summary>
    /// The changes of each edit just before they become visible to readers. No initial set. A handler runs inside the edit, on the
    /// editing thread: it may read the cache, which still shows the old state, but not edit it.
    /// </summary>
    /// <param name="predicate">Restricts the stream to items that pass.</param>
    IObservable<IChangeSet<TObject, TKey>> Preview(Func<TObject, bool>? predicate = null);

    /// <summary>An addition of the current item first, if there is one, then every change of that key. Completes with the cache.</summary>
    /// <param name="key">The key.</param>
    IObservable<Change<TObject, TKey>> Watch(TKey key);
}
