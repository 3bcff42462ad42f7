namespace Rx.Qmp;

/// <summary>A subscription that must not lose events (<see cref="QmpEventOverflow.Fail"/>) fell behind by more than its buffer.</summary>
public sealed class QmpEventOverflowException : QmpException
{
    /// <summary>Makes one.</summary>
    /// <param name="capacity">The buffer's size in events.</param>
    public QmpEventOverflowException(int capacity)
        : base($"The subscriber is more than {capacity} events behind.") => Capacity = capacity;

    /// <summary>The buffer's size in events.</summary>
    public int Capacity { get; }
}
