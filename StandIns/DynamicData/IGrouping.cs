using DynamicData.Kernel;

namespace DynamicData;

/// <summary>A group of items as it was at one time.</summary>
/// <typeparam name="TObject">Type of the items.</typeparam>
/// <typeparam name="TKey">Type of the keys.</typeparam>
/// <typeparam name="TGroupKey">Type of the keys of the groups.</typeparam>
public interface IGrouping<TObject, TKey, out TGroupKey>
    where TObject : notnull
{
    /// <summary>Key of the group.</summary>
    TGroupKey Key { get; }

    /// <summary>Number of members.</summary>
    int Count { get; }

    /// <summary>The members.</summary>
    IEnumerable<TObject> Items { get; }

    /// <summary>Their keys.</summary>
    IEnumerable<TKey> Keys { get; }

    /// <summary>Keys and members.</summary>
    IEnumerable<KeyValuePair<TKey, TObject>> KeyValues { get; }

    /// <summary>The member under a key, or none.</summary>
    /// <param name="key">The key.</param>
    Optional<TObject> Lookup(TKey key);
}
