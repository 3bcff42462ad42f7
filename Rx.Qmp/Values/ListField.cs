using System.Collections.Immutable;

namespace Rx.Values;

/// <summary>
/// Where a record keeps an immutable array that it shows as one: records compare their fields, and arrays are equal to themselves only. A
/// default array stays one, and is equal to no other.
/// </summary>
internal readonly struct ListField<T>(ImmutableArray<T> items) : IEquatable<ListField<T>>
{
    private readonly ImmutableArray<T> _items = items;

    public static implicit operator ImmutableArray<T>(ListField<T> field) => field._items;

    public static implicit operator ListField<T>(ImmutableArray<T> items) => new(items);

    public bool Equals(ListField<T> other) =>
        _items.IsDefault == other._items.IsDefault && (_items.IsDefault || _items.AsSpan().SequenceEqual(other._items.AsSpan()));

    public override bool Equals(object? obj) => obj is ListField<T> other && Equals(other);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var item in _items.IsDefault ? [] : _items)
        {
            hash.Add(item);
        }

        return hash.ToHashCode();
    }
}
