namespace Rx.Vm.Guest;

/// <summary>The newest bytes of a stream. Memory grows with what is kept, not with what is allowed, and only as far as it may.</summary>
/// <param name="grow">Asked for so many more bytes of memory; says how many there are.</param>
internal sealed class ByteRing(Func<int, int> grow)
{
    /// <summary>Bytes of memory that nobody is asked for.</summary>
    public const int Free = 4096;

    private byte[] _buffer = [];
    private int _start;

    /// <summary>Bytes held.</summary>
    public int Count { get; private set; }

    /// <summary>Appends; keeps at most <paramref name="limit"/> bytes, less where there is no memory. The oldest go.</summary>
    public void Append(ReadOnlySpan<byte> data, int limit)
    {
        Reserve((int)Math.Min(limit, (long)Count + data.Length), limit);
        limit = Math.Min(limit, _buffer.Length);
        data = data[Math.Max(0, data.Length - limit)..];
        Discard(Math.Max(0, Count + data.Length - limit));
        if (data.IsEmpty)
        {
            return;
        }

        var end = (_start + Count) % _buffer.Length;
        var first = Math.Min(data.Length, _buffer.Length - end);
        data[..first].CopyTo(_buffer.AsSpan(end));
        data[first..].CopyTo(_buffer);
        Count += data.Length;
    }

    /// <summary>Copies the bytes from <paramref name="offset"/> on, counted from the oldest; there must be as many.</summary>
    public void CopyTo(int offset, Span<byte> destination)
    {
        if (destination.IsEmpty)
        {
            return;
        }

        var from = (_start + offset) % _buffer.Length;
        var first = Math.Min(destination.Length, _buffer.Length - from);
        _buffer.AsSpan(from, first).CopyTo(destination);
        _buffer.AsSpan(0, destination.Length - first).CopyTo(destination[first..]);
    }

    /// <summary>Forgets everything; the memory stays.</summary>
    public void Clear() => Discard(Count);

    private void Discard(int count)
    {
        Count -= count;
        _start = Count == 0 ? 0 : (_start + count) % _buffer.Length;
    }

    private void Reserve(int needed, int limit)
    {
        if (needed <= _buffer.Length)
        {
            return;
        }

        // A limit that follows what comes, byte by byte, must not mean a copy of everything for each of them.
        var ahead = Math.Max(limit, _buffer.Length + Math.Max(Free, _buffer.Length / 4));
        var wanted = Math.Max(needed, Math.Min(ahead, 2 * _buffer.Length));
        var own = Math.Max(Free, _buffer.Length);
        var size = wanted <= own ? own : own + grow(wanted - own);
        if (size == _buffer.Length)
        {
            return;
        }

        var larger = new byte[size];
        CopyTo(0, larger.AsSpan(0, Count));
        _buffer = larger;
        _start = 0;
    }
}
