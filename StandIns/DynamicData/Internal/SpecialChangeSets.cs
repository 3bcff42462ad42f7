namespace DynamicData.Internal;

/// <summary>Change sets whose only news is their type.</summary>
internal sealed class GroupChangeSet<TObject, TKey, TGroupKey>(IEnumerable<Change<IGroup<TObject, TKey, TGroupKey>, TGroupKey>> changes)
    : ChangeSet<IGroup<TObject, TKey, TGroupKey>, TGroupKey>(changes), IGroupChangeSet<TObject, TKey, TGroupKey>
    where TObject : notnull
    where TKey : notnull
    where TGroupKey : notnull;

internal sealed class ImmutableGroupChangeSet<TObject, TKey, TGroupKey>(
    IEnumerable<Change<IGrouping<TObject, TKey, TGroupKey>, TGroupKey>> changes)
    : ChangeSet<IGrouping<TObject, TKey, TGroupKey>, TGroupKey>(changes), IImmutableGroupChangeSet<TObject, TKey, TGroupKey>
    where TObject : notnull
    where TKey : notnull
    where TGroupKey : notnull;

internal sealed class DistinctChangeSet<T>(IEnumerable<Change<T, T>> changes) : ChangeSet<T, T>(changes), IDistinctChangeSet<T>
    where T : notnull;
