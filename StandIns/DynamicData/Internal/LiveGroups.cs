namespace DynamicData.Internal;

/// <summary>The groups of one subscription to Group, each with a cache of its own.</summary>
internal sealed class LiveGroups<TObject, TKey, TGroupKey>(Func<TObject, TGroupKey> selector) : IDisposable
    where TObject : notnull
    where TKey : notnull
    where TGroupKey : notnull
{
    private readonly Membership<TObject, TKey, TGroupKey> membership = new(selector);
    private readonly RecordingCache<IGroup<TObject, TKey, TGroupKey>, TGroupKey> groups = new();
    private readonly LiveItems<TGroupKey, Group<TObject, TKey, TGroupKey>> alive =
        new((_, group) => group.Dispose(), replacedLeaves: false);

    /// <summary>The groups touched by these changes, with what happens in each. Only this part calls the selector.</summary>
    public IEnumerable<System.Linq.IGrouping<TGroupKey, Change<TObject, TKey>>> Sort(IChangeSet<TObject, TKey> changes) =>
        membership.Apply(changes).GroupBy(entry => entry.Group, entry => entry.Change);

    /// <summary>Fills the groups, emits which came and went, then completes those that went.</summary>
    public void Apply(
        IEnumerable<System.Linq.IGrouping<TGroupKey, Change<TObject, TKey>>> sorted,
        IObserver<IGroupChangeSet<TObject, TKey, TGroupKey>> observer)
    {
        var failures = new List<Exception>();
        var gone = new List<TGroupKey>();
        foreach (var changes in sorted)
        {
            var known = groups.Lookup(changes.Key);
            var group = known.HasValue ? (Group<TObject, TKey, TGroupKey>)known.Value : new(changes.Key);
            Outbox.Attempt(() => group.Members.Edit(members => members.Clone(changes)), failures);
            if (group.Members.Count > 0 && !known.HasValue)
            {
                groups.AddOrUpdate(group, group.Key);
                alive.Set(group.Key, group);
            }
            else if (group.Members.Count == 0 && known.HasValue)
            {
                groups.Remove(group.Key);
                gone.Add(group.Key);
            }
        }

        var set = new GroupChangeSet<TObject, TKey, TGroupKey>(groups.TakeChanges());
        if (set.Count > 0)
        {
            Outbox.Attempt(() => observer.OnNext(set), failures);
        }

        gone.ForEach(key => Outbox.Attempt(() => alive.Remove(key), failures));
        Outbox.ThrowAny(failures);
    }

    public void Dispose() => alive.Dispose();
}
