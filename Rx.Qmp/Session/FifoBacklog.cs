using System.Diagnostics.CodeAnalysis;

namespace Rx.Qmp.Session;

/// <summary>A queue.</summary>
/// <param name="capacity">How many may wait.</param>
/// <param name="overflow">What happens beyond that.</param>
internal sealed class FifoBacklog<T>(int capacity, QmpEventOverflow overflow) : Backlog<T>
    where T : class
{
    private readonly Queue<T> _items = new();

    public override int Count => _items.Count;

    public override BacklogOutcome Add(T item)
    {
        var outcome = BacklogOutcome.Kept;
        if (_items.Count >= capacity && overflow != QmpEventOverflow.Unbounded)
        {
            if (overflow != QmpEventOverflow.DropOldest)
            {
                return overflow == QmpEventOverflow.DropNewest ? BacklogOutcome.Dropped : BacklogOutcome.Full;
            }

            _items.Dequeue();
            outcome = BacklogOutcome.Dropped;
        }

        _items.Enqueue(item);
        return outcome;
    }

    public override bool TryTake([NotNullWhen(true)] out T? item) => _items.TryDequeue(out item);

    public override void Clear() => _items.Clear();
}
