namespace DynamicData;

/// <summary>What an edit writes with, by item; the key comes from the cache's selector.</summary>
/// <typeparam name="TObject">Type of the items.</typeparam>
/// <typeparam name="TKey">Type of the keys.</typeparam>
public interface ISourceUpdater<TObject, TKey> : ICacheUpdater<TObject, TKey>
    where TObject : notnull
    where TKey : notnull
{
    /// <summary>Adds or updates an item. An equal item is an update as well.</summary>
    /// <param name="item">The item.</param>
    void AddOrUpdate(TObject item);
}
