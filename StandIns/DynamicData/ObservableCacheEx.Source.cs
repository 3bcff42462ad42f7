namespace DynamicData;

public static partial class ObservableCacheEx
{
    /// <summary>Adds or updates an item.</summary>
    /// <param name="source">The cache.</param>
    /// <param name="item">The item.</param>
    public static void AddOrUpdate<TObject, TKey>(this ISourceCache<TObject, TKey> source, TObject item)
        where TObject : notnull
        where TKey : notnull => source.Edit(updater => updater.AddOrUpdate(item));

    /// <summary>Adds or updates several items as one set.</summary>
    /// <param name="source">The cache.</param>
    /// <param name="items">The items.</param>
    public static void AddOrUpdate<TObject, TKey>(this ISourceCache<TObject, TKey> source, IEnumerable<TObject> items)
        where TObject : notnull
        where TKey : notnull => source.Edit(updater => updater.AddOrUpdate(items));

    /// <summary>Adds or updates an item if it is new or differs.</summary>
    /// <param name="source">The cache.</param>
    /// <param name="item">The item.</param>
    /// <param name="equalityComparer">Tells whether the item in the cache equals the new one.</param>
    public static void AddOrUpdate<TObject, TKey>(
        this ISourceCache<TObject, TKey> source, TObject item, IEqualityComparer<TObject> equalityComparer)
        where TObject : notnull
        where TKey : notnull => source.Edit(updater => updater.AddOrUpdate(item, equalityComparer));

    /// <summary>Adds or updates those items that are new or differ, as one set.</summary>
    /// <param name="source">The cache.</param>
    /// <param name="items">The items.</param>
    /// <param name="equalityComparer">Tells whether the item in the cache equals the new one.</param>
    public static void AddOrUpdate<TObject, TKey>(
        this ISourceCache<TObject, TKey> source, IEnumerable<TObject> items, IEqualityComparer<TObject> equalityComparer)
        where TObject : notnull
        where TKey : notnull => source.Edit(updater => updater.AddOrUpdate(items, equalityComparer));

    /// <summary>Removes a key; an unknown one is ignored.</summary>
    /// <param name="source">The cache.</param>
    /// <param name="key">The key.</param>
    public static void Remove<TObject, TKey>(this ISourceCache<TObject, TKey> source, TKey key)
        where TObject : notnull
        where TKey : notnull => source.Edit(updater => updater.Remove(key));

    /// <summary>Removes the key of an item.</summary>
    /// <param name="source">The cache.</param>
    /// <param name="item">The item.</param>
    public static void Remove<TObject, TKey>(this ISourceCache<TObject, TKey> source, TObject item)
        where TObject : notnull
        where TKey : notnull => source.Edit(updater => updater.Remove(item));

    /// <summary>Removes several keys as one set.</summary>
    /// <param name="source">The cache.</param>
    /// <param name="keys">The keys.</param>
    public static void Remove<TObject, TKey>(this ISourceCache<TObject, TKey> source, IEnumerable<TKey> keys)
        where TObject : notnull
        where TKey : notnull => source.Edit(updater => updater.Remove(keys));

    /// <summary>Removes the keys of several items as one set.</summary>
    /// <param name="source">The cache.</param>
    /// <param name="items">The items.</param>
    public static void Remove<TObject, TKey>(this ISourceCache<TObject, TKey> source, IEnumerable<TObject> items)
        where TObject : notnull
        where TKey : notnull => source.Edit(updater => updater.Remove(items));

    /// <summary>Removes a key, also where key and item are of one type.</summary>
    /// <param name="source">The cache.</param>
    /// <param name="key">The key.</param>
    public static void RemoveKey<TObject, TKey>(this ISourceCache<TObject, TKey> source, TKey key)
        where TObject : notnull
        where TKey : notnull => source.Edit(updater => updater.RemoveKey(key));

    /// <summary>Removes several keys as one set, also where key and item are of one type.</summary>
    /// <param name="source">The cache.</param>
    /// <param name="keys">The keys.</param>
    public static void RemoveKeys<TObject, TKey>(this ISourceCache<TObject, TKey> source, IEnumerable<TKey> keys)
        where TObject : notnull
        where TKey : notnull => source.Edit(updater => updater.RemoveKeys(keys));

    /// <summary>Removes everything as one set.</summary>
    /// <param name="source">The cache.</param>
    public static void Clear<TObject, TKey>(this ISourceCache<TObject, TKey> source)
        where TObject : notnull
        where TKey : notnull => source.Edit(updater => updater.Clear());

    /// <summary>Refreshes everything as one set.</summary>
    /// <param name="source">The cache.</param>
    public static void Refresh<TObject, TKey>(this ISourceCache<TObject, TKey> source)
        where TObject : notnull
        where TKey : notnull => source.Edit(updater => updater.Refresh());

    /// <summary>Refreshes an item.</summary>
    /// <param name="source">The cache.</param>
    /// <param name="item">The item.</param>
    public static void Refresh<TObject, TKey>(this ISourceCache<TObject, TKey> source, TObject item)
        where TObject : notnull
        where TKey : notnull => source.Edit(updater => updater.Refresh(item));

    /// <summary>Refreshes several items as one set.</summary>
    /// <param name="source">The cache.</param>
    /// <param name="items">The items.</param>
    public static void Refresh<TObject, TKey>(this ISourceCache<TObject, TKey> source, IEnumerable<TObject> items)
        where TObject : notnull
        where TKey : notnull => source.Edit(updater => updater.Refresh(items));

    /// <summary>Makes the cache hold exactly these items with as few changes as possible: removals, then additions and updates.</summary>
    /// <param name="source">The cache.</param>
    /// <param name="allItems">All items it shall hold.</param>
    /// <param name="equalityComparer">Tells whether the item in the cache equals the new one.</param>
    public static void EditDiff<TObject, TKey>(
        this ISourceCache<TObject, TKey> source, IEnumerable<TObject> allItems, IEqualityComparer<TObject> equalityComparer)
        where TObject : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(equalityComparer);
        source.EditDiff(allItems, equalityComparer.Equals);
    }

    /// <summary>As above, with a function of (item in the cache, new item).</summary>
    /// <param name="source">The cache.</param>
    /// <param name="allItems">All items it shall hold.</param>
    /// <param name="areItemsEqual">Tells whether the item in the cache equals the new one.</param>
    public static void EditDiff<TObject, TKey>(
        this ISourceCache<TObject, TKey> source, IEnumerable<TObject> allItems, Func<TObject, TObject, bool> areItemsEqual)
        where TObject : notnull
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(allItems);
        ArgumentNullException.ThrowIfNull(areItemsEqual);
        source.Edit(updater =>
        {
            var wanted = new Dictionary<TKey, TObject>();
            foreach (var item in allItems)
            {
                wanted[source.KeySelector(item)] = item;
            }

            updater.RemoveKeys(updater.Keys.Where(key => !wanted.ContainsKey(key)));
            foreach (var (key, item) in wanted)
            {
                var present = updater.Lookup(key);
                if (!present.HasValue || !areItemsEqual(present.Value, item))
                {
                    updater.AddOrUpdate(item, key);
                }
            }
        });
    }
}
