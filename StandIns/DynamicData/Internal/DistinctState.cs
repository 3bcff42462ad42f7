namespace DynamicData.Internal;

/// <summary>How many items have which value.</summary>
internal sealed class DistinctState<TObject, TKey, TValue>(Func<TObject, TValue> selector)
    where TObject : notnull
    where TKey : notnull
    where TValue : notnull
{
    private readonly Membership<TObject, TKey, TValue> membership = new(selector);
    private readonly Dictionary<TValue, int> counts = [];

    public IDistinctChangeSet<TValue> Apply(IChangeSet<TObject, TKey> changes)
    {
        var touched = new Dictionary<TValue, int>();
        foreach (var (value, change) in membership.Apply(changes))
        {
            touched.TryAdd(value, counts.GetValueOrDefault(value));
            counts[value] = counts.GetValueOrDefault(value) + change.Reason switch
            {
                ChangeReason.Add => 1,
                ChangeReason.Remove => -1,
                ChangeReason.Update or ChangeReason.Refresh or ChangeReason.Moved => 0,
            };
        }

        return new DistinctChangeSet<TValue>(touched.SelectMany(entry => Difference(entry.Key, entry.Value)));
    }

    private IEnumerable<Change<TValue, TValue>> Difference(TValue value, int before)
    {
        var now = counts[value];
        if (now == 0)
        {
            counts.Remove(value);
        }

        return (before, now) switch
        {
            (0, > 0) => [new(ChangeReason.Add, value, value)],
            ( > 0, 0) => [new(ChangeReason.Remove, value, value)],
            _ => [],
        };
    }
}
