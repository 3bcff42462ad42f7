namespace DynamicData;

/// <summary>Groups that came and went.</summary>
/// <typeparam name="TObject">Type of the items.</typeparam>
/// <typeparam name="TKey">Type of the keys.</typeparam>
/// <typeparam name="TGroupKey">Type of the keys of the groups.</typeparam>
public interface IGroupChangeSet<TObject, TKey, TGroupKey> : IChangeSet<IGroup<TObject, TKey, TGroupKey>, TGroupKey>
    where TObject : notnull
    where TKey : notnull
    where TGroupKey : notnull;
