using DynamicData.Kernel;

namespace DynamicData.Internal;

/// <summary>Answers from a dictionary that nobody changes any more.</summary>
internal sealed class QuerySnapshot<TObject, TKey>(Dictionary<TKey, TObject> data) : IQuery<TObject, TKey>
    where TObject : notnull
    where TKey : notnull
{
    public int Count => data.Count;

    public IEnumerable<TObject> Items => data.Values;

    public IEnumerable<TKey> Keys => data.Keys;

    public IEnumerable<KeyValuePair<TKey, TObject>> KeyValues => data;

    public Optional<TObject> Lookup(TKey key) => data.TryGetValue(key, out var item) ? Optional.Some(item) : default;
}
