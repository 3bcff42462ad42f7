namespace DynamicData;

/// <summary>The pen of an edit, by item; the key comes from the cache's selector.</summary>
/// <typeparam name="TObject">Type of the items.</typeparam>
/// <typeparam name="TKey">Type of the keys.</typeparam>
public interface ISourceUpdater<TObject, TKey> : ICacheUpdater<TObject, TKey>
    where TObject : notnull
    where TKey : notnull
{
    /// <summary>Adds or updates several items.</summary>
    /// <param name="items">The items.</param>
    void AddOrUpdate(IEnumerable<TObject> items);

    /// <summary>Adds or updates an item. An equal item is an update as well.</summary>
    /// <param name="item">The item.</param>
    void AddOrUpdate(TObject item);

    /// <summary>Adds or updates those items that are new or differ.</summary>
    /// <param name="items">The items.</param>
    /// <param name="comparer">Tells whether the item in the cache equals the new one.</param>
    void AddOrUpdate(IEnumerable<TObject> items, IEqualityComparer<TObject> comparer);

    /// <summary>Adds or updates an item if it is new or differs.</summary>
    /// <param name="item">The item.</param>
    /// <param name="comparer">Tells whether the item in the cache equals the new one.</param>
    void AddOrUpdate(TObject item, IEqualityComparer<TObject> comparer);

    /// <summary>Removes everything, then adds the items: removals and additions even for what stays the same.</summary>
    /// <param name="items">The items.</param>
    void Load(IEnumerable<TObject> items);

    /// <summary>Refreshes several items.</summary>
    /// <param name="items">The items.</param>
    void Refresh(IEnumerable<TObject> items);

    /// <summary>Refreshes an item.</summary>
    /// <param name="item">The item.</param>
    void Refresh(TObject item);

    /// <summary>Removes the keys of several items.</summary>
    /// <param name="items">The items.</param>
    void Remove(IEnumerable<TObject> items);

    /// <summary>Removes the key of an item.</summary>
    /// <param name="item">The item.</param>
    void Remove(TObject item);
}
