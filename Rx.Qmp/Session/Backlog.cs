using System.Diagnostics.CodeAnalysis;

namespace Rx.Qmp.Session;

/// <summary>Items that wait for one observer, within the limits of its policy. Not synchronised.</summary>
internal abstract class Backlog<T>
    where T : class
{
    /// <summary>How many wait.</summary>
    public abstract int Count { get; }

    /// <summary>The backlog a policy asks for.</summary>
    public static Backlog<T> For(QmpEventBuffer buffer) => buffer.Overflow == QmpEventOverflow.Latest
        ? new LatestBacklog<T>(buffer.Capacity, buffer.Key)
        : new FifoBacklog<T>(buffer.Capacity, buffer.Overflow);

    public abstract BacklogOutcome Add(T item);

    public abstract bool TryTake([NotNullWhen(true)] out T? item);

    public abstract void Clear();
}
