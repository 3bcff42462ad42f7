using DynamicData.Kernel;

namespace DynamicData.Internal;

/// <summary>A group as it was; nobody changes its data any more.</summary>
internal sealed class Grouping<TObject, TKey, TGroupKey>(TGroupKey key, Dictionary<TKey, TObject> data)
    : IGrouping<TObject, TKey, TGroupKey>
    where TObject : notnull
    where TKey : notnull
    where TGroupKey : notnull
{
    private readonly QuerySnapshot<TObject, TKey> members = new(data);

    public TGroupKey Key { get; } = key;

    public int Count => members.Count;

    public IEnumerable<TObject> Items => members.Items;

    public IEnumerable<TKey> Keys => members.Keys;

    public IEnumerable<KeyValuePair<TKey, TObject>> KeyValues => members.KeyValues;

    public Optional<TObject> Lookup(TKey key) => members.Lookup(key);

    public override string ToString() => $"group {Key} of {Count}";
}
