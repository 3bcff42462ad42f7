namespace DynamicData.Internal;

/// <summary>What a filter remembers: the items that match and, if its predicate may change, all of them.</summary>
internal sealed class FilterState<TObject, TKey>(Func<TObject, bool> predicate, bool changeable)
    where TObject : notnull
    where TKey : notnull
{
    private readonly RecordingCache<TObject, TKey> matches = new();
    private readonly Dictionary<TKey, TObject>? all = changeable ? [] : null;
    private Func<TObject, bool> predicate = predicate;

    public IChangeSet<TObject, TKey> Apply(IChangeSet<TObject, TKey> changes)
    {
        foreach (var change in changes)
        {
            switch (change.Reason)
            {
                case ChangeReason.Add or ChangeReason.Update:
                    all?[change.Key] = change.Current;
                    Judge(change.Key, change.Current);
                    break;
                case ChangeReason.Remove:
                    all?.Remove(change.Key);
                    matches.Remove(change.Key);
                    break;
                case ChangeReason.Refresh:
                    Rejudge(change.Key, change.Current, pass: true);
                    break;
                case ChangeReason.Moved:
                    break;
            }
        }

        return matches.TakeChanges();
    }

    public IChangeSet<TObject, TKey> Use(Func<TObject, bool> next)
    {
        predicate = next;
        foreach (var (key, item) in all!)
        {
            Rejudge(key, item, pass: false);
        }

        return matches.TakeChanges();
    }

    private void Judge(TKey key, TObject item) => Set(key, item, predicate(item));

    private void Rejudge(TKey key, TObject item, bool pass)
    {
        var passes = predicate(item);
        if (!passes || !matches.Data.ContainsKey(key))
        {
            Set(key, item, passes);
        }
        else if (pass)
        {
            matches.Refresh(key);
        }
    }

    private void Set(TKey key, TObject item, bool passes)
    {
        if (passes)
        {
            matches.AddOrUpdate(item, key);
        }
        else
        {
            matches.Remove(key);
        }
    }
}
