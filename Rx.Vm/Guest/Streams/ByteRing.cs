using System.Buffers;

namespace Rx.Vm.Guest;

/// <summary>The newest bytes of a stream, up to a fixed number. Memory grows with what is kept, not with what is allowed.</summary>
internal sealed class ByteRing(int limit)
{
    private byte[] _buffer = [];
    private int _start;

    /// <summary>Bytes held.</summary>
    public int Count { get; private set; }

    /// <summary>Appends; returns how many of the oldest bytes had to go.</summary>
    public long Append(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
        {
            return 0;
        }

        var skipped = Math.Max(0, data.Length - limit);
        data = data[skipped..];
        var dropped = Math.Max(0, Count + data.Length - limit);
        Discard(dropped);
        Reserve(Count + data.Length);
        var end = (_start + Count) % _buffer.Length;
        var first = Math.Min(data.Length, _buffer.Length - end);
        data[..first].CopyTo(_buffer.AsSpan(end));
        data[first..].CopyTo(_buffer);
        Count += data.Length;
        return dropped + skipped;
    }

    /// <summary>Moves the oldest bytes, at most <paramref name="most"/>, to the writer.</summary>
    public void MoveTo(IBufferWriter<byte> writer, int most)
    {
        var count = Math.Min(most, Count);
        var first = Math.Min(count, _buffer.Length - _start);
        writer.Write(_buffer.AsSpan(_start, first));
        writer.Write(_buffer.AsSpan(0, count - first));
        Discard(count);
    }

    /// <summary>Forgets everything, memory included.</summary>
    public void Clear()
    {
        _buffer = [];
        _start = 0;
        Count = 0;
    }

    private void Discard(int count)
    {
        Count -= count;
        _start = Count == 0 ? 0 : (_start + count) % _buffer.Length;
    }

    private void Reserve(int needed)
    {
        if (needed <= _buffer.Length)
        {
            return;
        }

        var larger = new byte[Math.Max(needed, Math.Min(limit, Math.Max(2 * _buffer.Length, OutputPolicy.LeastKeptBytes)))];
        var first = Math.Min(Count, _buffer.Length - _start);
        _buffer.AsSpan(_start, first).CopyTo(larger);
        _buffer.AsSpan(0, Count - first).CopyTo(larger.AsSpan(first));
        _buffer = larger;
        _start = 0;
    }
}
