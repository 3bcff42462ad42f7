namespace DynamicData;

/// <summary>Values that appeared and disappeared; a value is its own key.</summary>
/// <typeparam name="T">Type of the values.</typeparam>
public interface IDistinctChangeSet<T> : IChangeSet<T, T>
    where T : notnull;
