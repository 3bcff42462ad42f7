namespace DynamicData;

/// <summary>The changes of one edit, in the order in which they were made; they are not netted.</summary>
/// <typeparam name="TObject">Type of the items.</typeparam>
/// <typeparam name="TKey">Type of the keys.</typeparam>
public interface IChangeSet<TObject, TKey> : IChangeSet, IEnumerable<Change<TObject, TKey>>
    where TObject : notnull
    where TKey : notnull
{
    /// <summary>Number of updates.</summary>
    int Updates { get; }
}
