using System.Diagnostics.CodeAnalysis;

namespace Rx.Qmp.Isolation;

/// <summary>What becomes of the item that is one too many.</summary>
internal enum FifoOverflow
{
    /// <summary>The oldest goes.</summary>
    DropOldest,

    /// <summary>The newest goes.</summary>
    DropNewest,

    /// <summary>The observer is ended with <see cref="Backlog{T}.Overflow"/>.</summary>
    Fail,

    /// <summary>None is ever one too many.</summary>
    Unbounded,
}

/// <summary>A queue.</summary>
/// <param name="capacity">How many may wait.</param>
/// <param name="overflow">What happens beyond that.</param>
/// <param name="fault">What the observer is told where it is to fail; null: a general word.</param>
internal sealed class FifoBacklog<T>(int capacity, FifoOverflow overflow, Func<Exception>? fault = null) : Backlog<T>
    where T : class
{
    private readonly Queue<T> _items = new();

    public override int Count => _items.Count;

    public override Exception Overflow => fault?.Invoke() ?? base.Overflow;

    public override BacklogOutcome Add(T item)
    {
        var outcome = BacklogOutcome.Kept;
        if (_items.Count >= capacity && overflow != FifoOverflow.Unbounded)
        {
            if (overflow != FifoOverflow.DropOldest)
            {
                return overflow == FifoOverflow.DropNewest ? BacklogOutcome.Dropped : BacklogOutcome.Full;
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
