using System.Diagnostics.CodeAnalysis;
using Rx.Qmp.Isolation;

namespace Rx.Qmp.Session;

/// <summary>The latest item per key, in the order in which the keys came. Items that are no raw events share one key.</summary>
/// <param name="capacity">How many keys may wait.</param>
/// <param name="key">The key.</param>
internal sealed class LatestBacklog<T>(int capacity, QmpEventKey key) : Backlog<T>
    where T : class
{
    private readonly Queue<Place> _order = new();
    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);

    public override int Count => _order.Count;

    public override BacklogOutcome Add(T item)
    {
        var name = item is QmpEvent raw ? key.Of(raw) : string.Empty;
        if (_places.TryGetValue(name, out var place))
        {
            place.Item = item;
            return BacklogOutcome.Replaced;
        }

        var outcome = BacklogOutcome.Kept;
        if (_order.Count >= capacity && TryTake(out _))
        {
            outcome = BacklogOutcome.Dropped;
        }

        place = new Place(name, item);
        _order.Enqueue(place);
        _places.Add(name, place);
        return outcome;
    }

    public override bool TryTake([NotNullWhen(true)] out T? item)
    {
        var any = _order.TryDequeue(out var place);
        item = place?.Item;
        if (any)
        {
            _places.Remove(place!.Key);
        }

        return item is not null;
    }

    public override void Clear()
    {
        _order.Clear();
        _places.Clear();
    }

    private sealed class Place(string key, T item)
    {
        public string Key { get; } = key;

        public T Item { get; set; } = item;
    }
}
