using DynamicData.Kernel;

namespace DynamicData.Internal;

/// <summary>What an edit of a source cache writes with.</summary>
internal sealed class SourceUpdater<TObject, TKey>(RecordingCache<TObject, TKey> cache, Func<TObject, TKey> keySelector)
    : ISourceUpdater<TObject, TKey>
    where TObject : notnull
    where TKey : notnull
{
    public int Count => cache.Data.Count;

    public IEnumerable<TObject> Items => cache.Data.Values.ToArray();

    public IEnumerable<TKey> Keys => cache.Data.Keys.ToArray();

    public IEnumerable<KeyValuePair<TKey, TObject>> KeyValues => cache.Data.ToArray();

    public Optional<TObject> Lookup(TKey key) => cache.Data.TryGetValue(key, out var item) ? Optional.Some(item) : default;

    public void AddOrUpdate(TObject item) => cache.AddOrUpdate(item, keySelector(item));

    public void Remove(TKey key) => cache.Remove(key);
}
