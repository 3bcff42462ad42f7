namespace Rx.Values;

/// <summary>Where a record keeps a dictionary that is compared by its entries, in any order; see <see cref="ListField{T}"/>.</summary>
/// <remarks>It is the dictionary that was given, which looks keys up by its own comparer.</remarks>
internal readonly struct MapField<TMap, TKey, TValue>(TMap? map) : IEquatable<MapField<TMap, TKey, TValue>>
    where TMap : class, IReadOnlyDictionary<TKey, TValue>
    where TKey : notnull
{
    public TMap? Map => map;

    public bool Equals(MapField<TMap, TKey, TValue> other) =>
        ReferenceEquals(Map, other.Map)
        || (Map is { } mine && other.Map is { } others && mine.Count == others.Count && mine.All(
            entry => others.TryGetValue(entry.Key, out var value) && EqualityComparer<TValue>.Default.Equals(entry.Value, value)));

    public override bool Equals(object? obj) => obj is MapField<TMap, TKey, TValue> other && Equals(other);

    // Not of the keys: two that a comparer takes for one may differ in theirs.
    public override int GetHashCode() => Map?.Count ?? -1;
}
