namespace DynamicData;

/// <summary>The pen of an edit, by key.</summary>
/// <typeparam name="TObject">Type of the items.</typeparam>
/// <typeparam name="TKey">Type of the keys.</typeparam>
public interface ICacheUpdater<TObject, TKey> : IQuery<TObject, TKey>
    where TObject : notnull
    where TKey : notnull
{
    /// <summary>Adds or updates several items.</summary>
    /// <param name="keyValuePairs">Keys and items.</param>
    void AddOrUpdate(IEnumerable<KeyValuePair<TKey, TObject>> keyValuePairs);

    /// <summary>Adds or updates an item.</summary>
    /// <param name="item">Key and item.</param>
    void AddOrUpdate(KeyValuePair<TKey, TObject> item);

    /// <summary>Adds or updates an item. An equal item is an update as well.</summary>
    /// <param name="item">The item.</param>
    /// <param name="key">Its key.</param>
    void AddOrUpdate(TObject item, TKey key);

    /// <summary>Removes everything.</summary>
    void Clear();

    /// <summary>Repeats the changes of another collection.</summary>
    /// <param name="changes">The changes.</param>
    void Clone(IChangeSet<TObject, TKey> changes);

    /// <summary>The key of an item.</summary>
    /// <param name="item">The item.</param>
    TKey GetKey(TObject item);

    /// <summary>Pairs items with their keys.</summary>
    /// <param name="items">The items.</param>
    IEnumerable<KeyValuePair<TKey, TObject>> GetKeyValues(IEnumerable<TObject> items);

    /// <summary>Refreshes everything.</summary>
    void Refresh();

    /// <summary>Refreshes several keys; unknown ones are ignored.</summary>
    /// <param name="keys">The keys.</param>
    void Refresh(IEnumerable<TKey> keys);

    /// <summary>Refreshes a key; an unknown one is ignored.</summary>
    /// <param name="key">The key.</param>
    void Refresh(TKey key);

    /// <summary>Removes the keys of the pairs.</summary>
    /// <param name="items">Keys and items.</param>
    void Remove(IEnumerable<KeyValuePair<TKey, TObject>> items);

    /// <summary>Removes several keys; unknown ones are ignored.</summary>
    /// <param name="keys">The keys.</param>
    void Remove(IEnumerable<TKey> keys);

    /// <summary>Removes the key of the pair.</summary>
    /// <param name="item">Key and item.</param>
    void Remove(KeyValuePair<TKey, TObject> item);

    /// <summary>Removes a key; an unknown one is ignored.</summary>
    /// <param name="key">The key.</param>
    void Remove(TKey key);

    /// <summary>Removes a key, also where key and item are of one type.</summary>
    /// <param name="key">The key.</param>
    void RemoveKey(TKey key);

    /// <summary>Removes several keys, also where key and item are of one type.</summary>
    /// <param name="key">The keys.</param>
    void RemoveKeys(IEnumerable<TKey> key);
}
