namespace DynamicData.Internal;

/// <summary>The collection behind ToObservableChangeSet: the last item per key, at most so many of the youngest.</summary>
internal sealed class CollectedStream<TObject, TKey>(Func<TObject, TKey> keySelector, int limit, ExpiryTracker<TObject, TKey> tracker)
    where TObject : notnull
    where TKey : notnull
{
    private readonly RecordingCache<TObject, TKey> items = new();

    // Keys by the time of their last arrival, the oldest first. Only kept with a limit.
    private readonly OrderedDictionary<TKey, bool> ages = [];

    public IChangeSet<TObject, TKey> Add(IEnumerable<TObject> arrivals)
    {
        foreach (var item in arrivals)
        {
            var key = keySelector(item);
            items.AddOrUpdate(item, key);
            if (limit > 0)
            {
                ages.Remove(key);
                ages.Add(key, true);
            }
        }

        while (ages.Count > limit && limit > 0)
        {
            Remove(ages.GetAt(0).Key);
        }

        var changes = items.TakeChanges();
        tracker.Track(changes);
        return changes;
    }

    public IChangeSet<TObject, TKey> Expire()
    {
        tracker.TakeDue().ForEach(entry => Remove(entry.Key));
        return items.TakeChanges();
    }

    private void Remove(TKey key)
    {
        ages.Remove(key);
        items.Remove(key);
    }
}
