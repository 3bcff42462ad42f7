using DynamicData.Kernel;

namespace DynamicData.Internal;

/// <summary>The items of a transformation and what they were made from.</summary>
internal sealed class TransformState<TDestination, TSource, TKey>(
    Func<TSource, TDestination> factory, Action<Error<TSource, TKey>>? errorHandler, bool onRefresh)
    where TDestination : notnull
    where TSource : notnull
    where TKey : notnull
{
    private readonly Dictionary<TKey, TSource> sources = [];
    private readonly RecordingCache<TDestination, TKey> results = new();

    public IChangeSet<TDestination, TKey> Apply(IChangeSet<TSource, TKey> changes)
    {
        foreach (var change in changes)
        {
            switch (change.Reason)
            {
                case ChangeReason.Add or ChangeReason.Update:
                    sources[change.Key] = change.Current;
                    Make(change.Key, change.Current);
                    break;
                case ChangeReason.Remove:
                    sources.Remove(change.Key);
                    results.Remove(change.Key);
                    break;
                case ChangeReason.Refresh when onRefresh:
                    Make(change.Key, change.Current);
                    break;
                case ChangeReason.Refresh:
                    results.Refresh(change.Key);
                    break;
                case ChangeReason.Moved:
                    break;
            }
        }

        return results.TakeChanges();
    }

    public IChangeSet<TDestination, TKey> Redo(Func<TSource, bool> wanted)
    {
        foreach (var (key, item) in sources.Where(pair => wanted(pair.Value)))
        {
            Make(key, item);
        }

        return results.TakeChanges();
    }

    private void Make(TKey key, TSource item)
    {
        TDestination made;
        try
        {
            made = factory(item);
        }
        catch (Exception exception) when (errorHandler is not null)
        {
            errorHandler(new(exception, item, key));
            return;
        }

        results.AddOrUpdate(made, key);
    }
}
