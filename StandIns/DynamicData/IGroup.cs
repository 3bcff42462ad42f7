namespace DynamicData;

/// <summary>A group of items as a cache of its own, which completes when the group is gone.</summary>
/// <typeparam name="TObject">Type of the items.</typeparam>
/// <typeparam name="TKey">Type of the keys.</typeparam>
/// <typeparam name="TGroupKey">Type of the keys of the groups.</typeparam>
public interface IGroup<TObject, TKey, out TGroupKey> : IKey<TGroupKey>
    where TObject : notnull
    where TKey : notnull
{
    /// <summary>The members.</summary>
    IObservableCache<TObject, TKey> Cache { get; }
}
