using DynamicData.Kernel;

namespace DynamicData;

/// <summary>A keyed collection one can read and follow. Readers get copies, taken at once.</summary>
/// <typeparam name="TObject">Type of the items.</typeparam>
/// <typeparam name="TKey">Type of the keys.</typeparam>
public interface IObservableCache<TObject, TKey> : IConnectableCache<TObject, TKey>, IDisposable
    where TObject : notnull
    where TKey : notnull
{
    /// <summary>Number of items.</summary>
    int Count { get; }

    /// <summary>A copy of the items.</summary>
    IReadOnlyList<TObject> Items { get; }

    /// <summary>A copy of the keys.</summary>
    IReadOnlyList<TKey> Keys { get; }

    /// <summary>A copy of keys and items.</summary>
    IReadOnlyDictionary<TKey, TObject> KeyValues { get; }

    /// <summary>The item under a key, or none.</summary>
    /// <param name="key">The key.</param>
    Optional<TObject> Lookup(TKey key);
}
