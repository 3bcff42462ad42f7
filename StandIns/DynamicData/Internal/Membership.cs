using DynamicData.Kernel;

namespace DynamicData.Internal;

/// <summary>
/// Which group every item belongs to. Turns the changes of a collection into changes of its groups: what moves is a removal in the old
/// group and an addition in the new one.
/// </summary>
internal sealed class Membership<TObject, TKey, TGroupKey>(Func<TObject, TGroupKey> selector)
    where TObject : notnull
    where TKey : notnull
    where TGroupKey : notnull
{
    private readonly Dictionary<TKey, (TObject Item, TGroupKey Group)> members = [];

    /// <summary>What to do to which group, in order.</summary>
    public List<(TGroupKey Group, Change<TObject, TKey> Change)> Apply(IEnumerable<Change<TObject, TKey>> changes)
    {
        var result = new List<(TGroupKey, Change<TObject, TKey>)>();
        foreach (var change in changes)
        {
            switch (change.Reason)
            {
                case ChangeReason.Remove:
                    Leave(change.Key, result);
                    break;
                case ChangeReason.Moved:
                    break;
                case ChangeReason.Add or ChangeReason.Update or ChangeReason.Refresh:
                    Place(change, result);
                    break;
            }
        }

        return result;
    }

    /// <summary>Asks the selector again for every item; only those that move give changes.</summary>
    public List<(TGroupKey Group, Change<TObject, TKey> Change)> Reconsider()
    {
        var moved = members.Where(pair => !Same(pair.Value.Group, selector(pair.Value.Item))).ToArray();
        return Apply(moved.Select(pair => new Change<TObject, TKey>(ChangeReason.Refresh, pair.Key, pair.Value.Item)));
    }

    private static bool Same(TGroupKey left, TGroupKey right) => EqualityComparer<TGroupKey>.Default.Equals(left, right);

    private void Place(Change<TObject, TKey> change, List<(TGroupKey, Change<TObject, TKey>)> result)
    {
        var group = selector(change.Current);
        var known = members.TryGetValue(change.Key, out var member);
        var stays = known && Same(member.Group, group);
        if (known && !stays)
        {
            Leave(change.Key, result);
        }

        result.Add((group, !stays ? new(ChangeReason.Add, change.Key, change.Current)
            : change.Reason == ChangeReason.Refresh ? change
            : new(ChangeReason.Update, change.Key, change.Current, Optional.Some(member.Item))));
        members[change.Key] = (change.Current, group);
    }

    private void Leave(TKey key, List<(TGroupKey, Change<TObject, TKey>)> result)
    {
        if (members.Remove(key, out var member))
        {
            result.Add((member.Group, new(ChangeReason.Remove, key, member.Item)));
        }
    }
}
