namespace DynamicData;

/// <summary>Groups that came, changed and went, each as a snapshot.</summary>
/// <typeparam name="TObject">Type of the items.</typeparam>
/// <typeparam name="TKey">Type of the keys.</typeparam>
/// <typeparam name="TGroupKey">Type of the keys of the groups.</typeparam>
public interface IImmutableGroupChangeSet<TObject, TKey, TGroupKey> : IChangeSet<IGrouping<TObject, TKey, TGroupKey>, TGroupKey>
    where TObject : notnull
    where TKey : notnull
    where TGroupKey : notnull;
