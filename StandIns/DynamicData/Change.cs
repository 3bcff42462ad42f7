using DynamicData.Kernel;

namespace DynamicData;

/// <summary>One change of a keyed collection. Indices are -1 where the collection is not sorted.</summary>
/// <typeparam name="TObject">Type of the items.</typeparam>
/// <typeparam name="TKey">Type of the keys.</typeparam>
public readonly struct Change<TObject, TKey> : IEquatable<Change<TObject, TKey>>
    where TObject : notnull
    where TKey : notnull
{
    /// <summary>A change without a previous item.</summary>
    /// <param name="reason">Anything but <see cref="ChangeReason.Update"/>.</param>
    /// <param name="key">Key of the item.</param>
    /// <param name="current">The item; for a removal the one that left.</param>
    /// <param name="index">Its index, -1 if unsorted.</param>
    /// <exception cref="ArgumentException">An update needs a previous item.</exception>
    public Change(ChangeReason reason, TKey key, TObject current, int index = -1)
        : this(reason, key, current, Optional<TObject>.None, index)
    {
    }

    /// <summary>A move inside a sorted collection.</summary>
    /// <param name="key">Key of the item.</param>
    /// <param name="current">The item.</param>
    /// <param name="currentIndex">New index, 0 or more.</param>
    /// <param name="previousIndex">Old index, 0 or more.</param>
    /// <exception cref="ArgumentException">An index is negative.</exception>
    public Change(TKey key, TObject current, int currentIndex, int previousIndex)
        : this(ChangeReason.Moved, key, current, Optional<TObject>.None, currentIndex, previousIndex)
    {
        if (currentIndex < 0 || previousIndex < 0)
        {
            throw new ArgumentException("A move needs both indices.");
        }
    }

    /// <summary>A change that may know the item that was there before.</summary>
    /// <param name="reason">What happened.</param>
    /// <param name="key">Key of the item.</param>
    /// <param name="current">The item now; for a removal the one that left.</param>
    /// <param name="previous">The item before: required for an update, forbidden for an addition.</param>
    /// <param name="currentIndex">Its index, -1 if unsorted.</param>
    /// <param name="previousIndex">Index before, -1 if unsorted.</param>
    /// <exception cref="ArgumentException">The previous item is missing or must not be there.</exception>
    public Change(
        ChangeReason reason, TKey key, TObject current, in Optional<TObject> previous, int currentIndex = -1, int previousIndex = -1)
    {
        switch (reason)
        {
            case ChangeReason.Add when previous.HasValue:
                throw new ArgumentException("An addition has no previous item.", nameof(previous));
            case ChangeReason.Update when !previous.HasValue:
                throw new ArgumentException("An update needs the previous item.", nameof(previous));
        }

        Reason = reason;
        Key = key;
        Current = current;
        Previous = previous;
        CurrentIndex = currentIndex;
        PreviousIndex = previousIndex;
    }

    /// <summary>What happened.</summary>
    public ChangeReason Reason { get; }

    /// <summary>Key of the item.</summary>
    public TKey Key { get; }

    /// <summary>The item now; for a removal the one that left.</summary>
    public TObject Current { get; }

    /// <summary>The item before an update; none for every other reason.</summary>
    public Optional<TObject> Previous { get; }

    /// <summary>Index of the item, -1 if unsorted.</summary>
    public int CurrentIndex { get; }

    /// <summary>Index before, -1 if unsorted.</summary>
    public int PreviousIndex { get; }

    /// <summary>All members are equal.</summary>
    public static bool operator ==(in Change<TObject, TKey> left, in Change<TObject, TKey> right) => left.Equals(right);

    /// <summary>Some member differs.</summary>
    public static bool operator !=(in Change<TObject, TKey> left, in Change<TObject, TKey> right) => !left.Equals(right);

    /// <inheritdoc />
    public bool Equals(Change<TObject, TKey> other) =>
        Reason == other.Reason
        && CurrentIndex == other.CurrentIndex
        && PreviousIndex == other.PreviousIndex
        && EqualityComparer<TKey>.Default.Equals(Key, other.Key)
        && EqualityComparer<TObject>.Default.Equals(Current, other.Current)
        && Previous.Equals(other.Previous);

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is Change<TObject, TKey> other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Reason, Key, Current, Previous, CurrentIndex, PreviousIndex);

    /// <summary>Reason, key, item and, for an update, the previous item.</summary>
    public override string ToString() => Previous.HasValue ? $"{Reason} {Key}: {Current} (was {Previous})" : $"{Reason} {Key}: {Current}";
}
