namespace DynamicData;

/// <summary>A list of changes with its counts. Treat a set that was published as read-only: all subscribers share it.</summary>
/// <typeparam name="TObject">Type of the items.</typeparam>
/// <typeparam name="TKey">Type of the keys.</typeparam>
public class ChangeSet<TObject, TKey> : List<Change<TObject, TKey>>, IChangeSet<TObject, TKey>
    where TObject : notnull
    where TKey : notnull
{
    /// <summary>A set without changes.</summary>
    public static readonly ChangeSet<TObject, TKey> Empty = [];

    /// <summary>An empty set.</summary>
    public ChangeSet()
    {
    }

    /// <summary>A set of the given changes.</summary>
    /// <param name="collection">The changes.</param>
    public ChangeSet(IEnumerable<Change<TObject, TKey>> collection)
        : base(collection)
    {
    }

    /// <summary>An empty set with room.</summary>
    /// <param name="capacity">Number of changes it can take without growing.</param>
    public ChangeSet(int capacity)
        : base(capacity)
    {
    }

    /// <inheritdoc />
    public int Adds => CountOf(ChangeReason.Add);

    /// <inheritdoc />
    public int Updates => CountOf(ChangeReason.Update);

    /// <inheritdoc />
    public int Removes => CountOf(ChangeReason.Remove);

    /// <inheritdoc />
    public int Refreshes => CountOf(ChangeReason.Refresh);

    /// <inheritdoc />
    public int Moves => CountOf(ChangeReason.Moved);

    /// <summary>The counts in words.</summary>
    public override string ToString() =>
        $"{Count} changes: {Adds} adds, {Updates} updates, {Removes} removes, {Refreshes} refreshes, {Moves} moves";

    private int CountOf(ChangeReason reason)
    {
        var count = 0;
        foreach (var change in this)
        {
            count += change.Reason == reason ? 1 : 0;
        }

        return count;
    }
}
