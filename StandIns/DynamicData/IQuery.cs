using DynamicData.Kernel;

namespace DynamicData;

/// <summary>Questions a keyed collection answers.</summary>
/// <typeparam name="TObject">Type of the items.</typeparam>
/// <typeparam name="TKey">Type of the keys.</typeparam>
public interface IQuery<TObject, TKey>
    where TObject : notnull
{
    /// <summary>Number of items.</summary>
    int Count { get; }

    /// <summary>The items.</summary>
    IEnumerable<TObject> Items { get; }

    /// <summary>The keys.</summary>
    IEnumerable<TKey> Keys { get; }

    /// <summary>Keys and items.</summary>
    IEnumerable<KeyValuePair<TKey, TObject>> KeyValues { get; }

    /// <summary>The item under a key, or none.</summary>
    /// <param name="key">The key.</param>
    Optional<TObject> Lookup(TKey key);
}
