using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Rx.Vm.Fold;

/// <summary>The rows of an immutable array, copied when the first is changed.</summary>
internal struct Rows<T>(ImmutableArray<T> before)
    where T : struct
{
    private T[]? _own;

    /// <summary>How many there are.</summary>
    public int Count { get; private set; } = before.Length;

    /// <summary>One of them.</summary>
    public readonly T this[int index] => _own is null ? before[index] : _own[index];

    /// <summary>Changes one.</summary>
    public void Set(int index, in T value) => Own(Count)[index] = value;

    /// <summary>Puts one behind the others.</summary>
    public void Add(in T value)
    {
        Own(Count + 1)[Count] = value;
        Count++;
    }

    /// <summary>Takes one out; the others keep their order.</summary>
    public void RemoveAt(int index)
    {
        var own = Own(Count);
        Array.Copy(own, index + 1, own, index, Count - index - 1);
        own[--Count] = default;
    }

    /// <summary>The array as it is now: the old one, where nothing was changed.</summary>
    public readonly ImmutableArray<T> ToArray() => _own is null ? before
        : Count == 0 ? []
        : ImmutableCollectionsMarshal.AsImmutableArray(Count == _own.Length ? _own : _own[..Count]);

    private T[] Own(int capacity)
    {
        if (_own is null || _own.Length < capacity)
        {
            var own = new T[Math.Max(capacity, before.Length)];
            if (_own is null)
            {
                before.CopyTo(own);
            }
            else
            {
                Array.Copy(_own, own, Count);
            }

            _own = own;
        }

        return _own;
    }
}
