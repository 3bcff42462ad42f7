using DynamicData.Kernel;

namespace DynamicData.Internal;

/// <summary>The pen handed to an edit of a source cache.</summary>
internal sealed class SourceUpdater<TObject, TKey>(RecordingCache<TObject, TKey> cache, Func<TObject, TKey> keySelector)
    : ISourceUpdater<TObject, TKey>
    where TObject : notnull
    where TKey : notnull
{
    public int Count => cache.Count;

    public IEnumerable<TObject> Items => cache.Items.ToArray();

    public IEnumerable<TKey> Keys => cache.Keys.ToArray();

    public IEnumerable<KeyValuePair<TKey, TObject>> KeyValues => cache.Data.ToArray();

    public Optional<TObject> Lookup(TKey key) => cache.Lookup(key);

    public TKey GetKey(TObject item) => keySelector(item);

    public IEnumerable<KeyValuePair<TKey, TObject>> GetKeyValues(IEnumerable<TObject> items) =>
        items.Select(item => KeyValuePair.Create(keySelector(item), item));

    public void AddOrUpdate(TObject item) => cache.AddOrUpdate(item, keySelector(item));

    public void AddOrUpdate(TObject item, TKey key) => cache.AddOrUpdate(item, key);

    public void AddOrUpdate(KeyValuePair<TKey, TObject> item) => cache.AddOrUpdate(item.Value, item.Key);

    public void AddOrUpdate(IEnumerable<TObject> items) => Each(items, AddOrUpdate);

    public void AddOrUpdate(IEnumerable<KeyValuePair<TKey, TObject>> keyValuePairs) => Each(keyValuePairs, AddOrUpdate);

    public void AddOrUpdate(IEnumerable<TObject> items, IEqualityComparer<TObject> comparer)
    {
        ArgumentNullException.ThrowIfNull(comparer);
        Each(items, item => AddOrUpdate(item, comparer));
    }

    public void AddOrUpdate(TObject item, IEqualityComparer<TObject> comparer)
    {
        ArgumentNullException.ThrowIfNull(comparer);
        var key = keySelector(item);
        if (!cache.Data.TryGetValue(key, out var present) || !comparer.Equals(present, item))
        {
            cache.AddOrUpdate(item, key);
        }
    }

    public void Load(IEnumerable<TObject> items)
    {
        var loaded = items.ToArray();
        cache.Clear();
        AddOrUpdate(loaded);
    }

    public void Clear() => cache.Clear();

    public void Clone(IChangeSet<TObject, TKey> changes) => cache.Clone(changes);

    public void Refresh() => Refresh(Keys);

    public void Refresh(TKey key) => cache.Refresh(key);

    public void Refresh(TObject item) => cache.Refresh(keySelector(item));

    public void Refresh(IEnumerable<TKey> keys) => Each(keys, cache.Refresh);

    public void Refresh(IEnumerable<TObject> items) => Each(items, item => cache.Refresh(keySelector(item)));

    public void Remove(TKey key) => cache.Remove(key);

    public void Remove(TObject item) => cache.Remove(keySelector(item));

    public void Remove(KeyValuePair<TKey, TObject> item) => cache.Remove(item.Key);

    public void Remove(IEnumerable<TKey> keys) => Each(keys, cache.Remove);

    public void Remove(IEnumerable<TObject> items) => Each(items, item => cache.Remove(keySelector(item)));

    public void Remove(IEnumerable<KeyValuePair<TKey, TObject>> items) => Each(items, item => cache.Remove(item.Key));

    public void RemoveKey(TKey key) => cache.Remove(key);

    public void RemoveKeys(IEnumerable<TKey> key) => Each(key, cache.Remove);

    // A copy first: the argument may be a lazy view of the very collection that is being edited.
    private static void Each<T>(IEnumerable<T> source, Action<T> action) => Array.ForEach([.. source], action);
}
