using DynamicData.Kernel;

namespace DynamicData.Internal;

/// <summary>A dictionary that writes down what changed since it was last asked. Not thread-safe: its owner serialises.</summary>
internal sealed class RecordingCache<TObject, TKey> : IQuery<TObject, TKey>
    where TObject : notnull
    where TKey : notnull
{
    private ChangeSet<TObject, TKey> changes = [];

    public Dictionary<TKey, TObject> Data { get; } = [];

    public int Count => Data.Count;

    public IEnumerable<TObject> Items => Data.Values;

    public IEnumerable<TKey> Keys => Data.Keys;

    public IEnumerable<KeyValuePair<TKey, TObject>> KeyValues => Data;

    public Optional<TObject> Lookup(TKey key) => Data.TryGetValue(key, out var item) ? Optional.Some(item) : default;

    public void AddOrUpdate(TObject item, TKey key)
    {
        changes.Add(Data.TryGetValue(key, out var previous)
            ? new(ChangeReason.Update, key, item, Optional.Some(previous))
            : new(ChangeReason.Add, key, item));
        Data[key] = item;
    }

    public void Remove(TKey key)
    {
        if (Data.Remove(key, out var item))
        {
            changes.Add(new(ChangeReason.Remove, key, item));
        }
    }

    public void Refresh(TKey key)
    {
        if (Data.TryGetValue(key, out var item))
        {
            changes.Add(new(ChangeReason.Refresh, key, item));
        }
    }

    public void Clear()
    {
        changes.AddRange(Data.Select(pair => new Change<TObject, TKey>(ChangeReason.Remove, pair.Key, pair.Value)));
        Data.Clear();
    }

    public void Clone(IEnumerable<Change<TObject, TKey>> source)
    {
        foreach (var change in source)
        {
            switch (change.Reason)
            {
                case ChangeReason.Add or ChangeReason.Update:
                    AddOrUpdate(change.Current, change.Key);
                    break;
                case ChangeReason.Remove:
                    Remove(change.Key);
                    break;
                case ChangeReason.Refresh:
                    Refresh(change.Key);
                    break;
                case ChangeReason.Moved:
                    break;
            }
        }
    }

    /// <summary>The changes since the last call, never null; the caller owns the set.</summary>
    public ChangeSet<TObject, TKey> TakeChanges()
    {
        var taken = changes;
        changes = [];
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
