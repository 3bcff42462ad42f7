namespace DynamicData.Internal;

/// <summary>A group with a live cache; disposing it completes that cache.</summary>
internal sealed class Group<TObject, TKey, TGroupKey>(TGroupKey key) : IGroup<TObject, TKey, TGroupKey>, IDisposable
    where TObject : notnull
    where TKey : notnull
    where TGroupKey : notnull
{
    public TGroupKey Key { get; } = key;

    public CacheCore<TObject, TKey> Members { get; } = new();

    public IObservableCache<TObject, TKey> Cache => Members;

    public void Dispose() => Members.Dispose();

    public override string ToString() => $"group {Key}";
}
