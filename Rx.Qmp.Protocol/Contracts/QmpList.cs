using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Rx.Qmp;

/// <summary>Makes a <see cref="QmpList{T}"/>; what collection expressions call.</summary>
public static class QmpList
{
    /// <summary>A list of these items.</summary>
    /// <typeparam name="T">The type of an item.</typeparam>
    /// <param name="items">The items, which are copied.</param>
    /// <returns>The list.</returns>
    public static QmpList<T> Create<T>(params ReadOnlySpan<T> items) => new([.. items]);
}

/// <summary>
/// An immutable list in a command, a reply or an event. Unlike an immutable array it is equal to another one that holds equal items in the
/// same order, and so records that hold lists are equal when their contents are.
/// A default one is a list that the other side left out: it is not sent, and iterating over it gives nothing. It is not equal to an empty
/// one, which is sent as <c>[]</c>.
/// </summary>
/// <typeparam name="T">The type of an item.</typeparam>
/// <remarks>In a class of your own that <c>System.Text.Json</c> reads, declare an <see cref="ImmutableArray{T}"/>, which converts to and from
/// it.</remarks>
[CollectionBuilder(typeof(QmpList), nameof(QmpList.Create))]
public readonly struct QmpList<T> : IReadOnlyList<T>, IEquatable<QmpList<T>>
{
    private readonly ImmutableArray<T> _items;

    internal QmpList(ImmutableArray<T> items) => _items = items;

    /// <summary>True if it was left out: a default value.</summary>
    public bool IsDefault => _items.IsDefault;

    /// <summary>How many items there are.</summary>
    public int Count => _items.IsDefault ? 0 : _items.Length;

    private ImmutableArray<T> Items => _items.IsDefault ? [] : _items;

    /// <summary>The item at a place, the first being 0.</summary>
    /// <param name="index">The place.</param>
    public T this[int index] => Items[index];

    /// <summary>The same items as an immutable array, without copying; empty if the list was left out.</summary>
    /// <param name="list">The list.</param>
    public static implicit operator ImmutableArray<T>(QmpList<T> list) => list.Items;

    /// <summary>The same items as a list, without copying.</summary>
    /// <param name="items">The items.</param>
    public static implicit operator QmpList<T>(ImmutableArray<T> items) => new(items);

    /// <summary>True if both hold equal items in the same order, or both were left out.</summary>
    /// <param name="left">One list.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(QmpList<T> left, QmpList<T> right) => left.Equals(right);

    /// <summary>True if they are not equal.</summary>
    /// <param name="left">One list.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(QmpList<T> left, QmpList<T> right) => !left.Equals(right);

    /// <summary>The items as a span.</summary>
    /// <returns>The span, which is valid as long as the list.</returns>
    public ReadOnlySpan<T> AsSpan() => Items.AsSpan();

    /// <summary>For foreach, which allocates nothing.</summary>
    /// <returns>The enumerator.</returns>
    public ImmutableArray<T>.Enumerator GetEnumerator() => Items.GetEnumerator();

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => ((IEnumerable<T>)Items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable)Items).GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(QmpList<T> other) => IsDefault == other.IsDefault && AsSpan().SequenceEqual(other.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is QmpList<T> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var item in this)
        {
            hash.Add(item);
        }

        return hash.ToHashCode();
    }

    /// <summary>How many items there are, not what they are: they may be many, or secret.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Count == 1 ? "1 item" : $"{Count} items";
}
