using DynamicData.Kernel;

namespace DynamicData.Internal;

/// <summary>A dictionary that writes down what changed since it was last asked. Not thread-safe: its owner serialises.</summary>
internal sealed class RecordingCache<TObject, TKey>
    where TObject : notnull
    where TKey : notnull
{
    private ChangeSet<TObject, TKey> _changes = [];

    public Dictionary<TKey, TObject> Data { get; } = [];

    public void AddOrUpdate(TObject item, TKey key)
    {
        _changes.Add(Data.TryGetValue(key, out var previous)
            ? new(ChangeReason.Update, key, item, Optional.Some(previous))
            : new(ChangeReason.Add, key, item));
        Data[key] = item;
    }

    public void Remove(TKey key)
    {
        if (Data.Remove(key, out var item))
        {
            _changes.Add(new(ChangeReason.Remove, key, item));
        }
    }

    /// <summary>The step of an operator: keeps the items that pass up to date and gives what changed among them.</summary>
    public Func<IChangeSet<TObject, TKey>, IChangeSet<TObject, TKey>> Follower(Func<TObject, bool> passes) => source =>
    {
        foreach (var change in source)
        {
            switch (change.Reason)
            {
                case ChangeReason.Add or ChangeReason.Update when passes(change.Current):
                    AddOrUpdate(change.Current, change.Key);
                    break;
                case ChangeReason.Add or ChangeReason.Update or ChangeReason.Remove:
                    Remove(change.Key);
                    break;
                case ChangeReason.Refresh or ChangeReason.Moved:
                    // Nothing here makes one.
                    break;
            }
        }

        return TakeChanges();
    };

    /// <summary>The changes since the last call, never null; the caller owns the set.</summary>
    public ChangeSet<TObject, TKey> TakeChanges()
    {
        var taken = _changes;
        _changes = [];
        return taken;
    }

    /// <summary>What a new follower has to be told.</summary>
    public static ChangeSet<TObject, TKey> Snapshot(Dictionary<TKey, TObject> data)
    {
        var set = new ChangeSet<TObject, TKey>(data.Count);
        set.AddRange(data.Select(pair => new Change<TObject, TKey>(ChangeReason.Add, pair.Key, pair.Value)));
        return set;
    }
}
