namespace DynamicData;

/// <summary>What an edit writes with, by key.</summary>
/// <typeparam name="TObject">Type of the items.</typeparam>
/// <typeparam name="TKey">Type of the keys.</typeparam>
public interface ICacheUpdater<TObject, TKey> : IQuery<TObject, TKey>
    where TObject : notnull
    where TKey : notnull
{
    /// <summary>Removes a key; an unknown one is ignored.</summary>
    /// <param name="key">The key.</param>
    void Remove(TKey key);
}
