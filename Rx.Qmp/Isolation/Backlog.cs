using System.Diagnostics.CodeAnalysis;

namespace Rx.Qmp.Isolation;

/// <summary>Items that wait for one observer, within limits. Not synchronised.</summary>
internal abstract class Backlog<T>
    where T : class
{
    /// <summary>How many wait.</summary>
    public abstract int Count { get; }

    /// <summary>What the observer is told when an item neither fits nor may be lost.</summary>
    public virtual Exception Overflow => new InvalidOperationException("The observer fell too far behind.");

    public abstract BacklogOutcome Add(T item);

    public abstract bool TryTake([NotNullWhen(true)] out T? item);

    public abstract void Clear();
}
