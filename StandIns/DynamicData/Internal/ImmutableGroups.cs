namespace DynamicData.Internal;

/// <summary>The groups of one subscription to GroupWithImmutableState; every change of a group gives a new snapshot of it.</summary>
internal sealed class ImmutableGroups<TObject, TKey, TGroupKey>(Func<TObject, TGroupKey> selector)
    where TObject : notnull
    where TKey : notnull
    where TGroupKey : notnull
{
    private readonly Membership<TObject, TKey, TGroupKey> membership = new(selector);
    private readonly Dictionary<TGroupKey, Dictionary<TKey, TObject>> data = [];
    private readonly RecordingCache<IGrouping<TObject, TKey, TGroupKey>, TGroupKey> groups = new();

    public IImmutableGroupChangeSet<TObject, TKey, TGroupKey>? Apply(IChangeSet<TObject, TKey> changes) =>
        Publish(membership.Apply(changes));

    public IImmutableGroupChangeSet<TObject, TKey, TGroupKey>? Regroup() => Publish(membership.Reconsider());

    private ImmutableGroupChangeSet<TObject, TKey, TGroupKey>? Publish(List<(TGroupKey Group, Change<TObject, TKey> Change)> changes)
    {
        foreach (var (group, change) in changes)
        {
            if (!data.TryGetValue(group, out var members))
            {
                data[group] = members = [];
            }

            if (change.Reason == ChangeReason.Remove)
            {
                members.Remove(change.Key);
            }
            else
            {
                members[change.Key] = change.Current;
            }
        }

        foreach (var group in changes.Select(entry => entry.Group).Distinct())
        {
            if (data[group] is { Count: > 0 } members)
            {
                groups.AddOrUpdate(new Grouping<TObject, TKey, TGroupKey>(group, new(members)), group);
            }
            else
            {
                data.Remove(group);
                groups.Remove(group);
            }
        }

        var set = groups.TakeChanges();
        return set.Count == 0 ? null : new(set);
    }
}
