namespace Rx.Vm.Init.Rules;

/// <summary>
/// Bytes on their way to one process's stdin. It never drops any: when it is <see cref="Full"/> the reader of the shared tty port stops,
/// so it can exceed <see cref="Limit"/> by no more than the one read that filled it.
/// </summary>
internal sealed class StdinQueue
{
    /// <summary>Bytes at which the tty port is no longer read.</summary>
    public const int Limit = 1 << 20;

    private const int Smallest = 4096;

    /// <summary>A buffer of this size is kept for the next bytes; a process that falls behind needs it again at once.</summary>
    private const int Kept = 128 << 10;

    private byte[] _buffer = [];
    private int _start;
    private int _count;

    /// <summary>Bytes waiting.</summary>
    public int Count => _count;

    /// <summary>Whether no more should be read on this queue's behalf.</summary>
    public bool Full => _count >= Limit;

    /// <summary>Set by the host's empty frame: the process sees the end after the bytes that wait.</summary>
    public bool Closed { get; private set; }

    /// <summary>Whether the last byte taken out was a line's end; a terminal needs to know before its end-of-file character.</summary>
    public bool AtLineStart { get; private set; } = true;

    /// <summary>Adds bytes. After <see cref="Close"/> there is nowhere to put them and they are ignored.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (Closed || bytes.IsEmpty)
        {
            return;
        }

        MakeRoom(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_start + _count));
        _count += bytes.Length;
    }

    /// <summary>No more will be appended.</summary>
    public void Close() => Closed = true;

    /// <summary>Drops everything: the process stopped reading for good.</summary>
    public void Abandon()
    {
        Closed = true;
        _buffer = [];
        _start = _count = 0;
    }

    /// <summary>Notes bytes that the process took without waiting here. Only while none wait.</summary>
    public void Passed(ReadOnlySpan<byte> bytes) => AtLineStart = bytes.IsEmpty ? AtLineStart : bytes[^1] == (byte)'\n';

    /// <summary>The bytes that wait, oldest first.</summary>
    public ReadOnlySpan<byte> Peek() => _buffer.AsSpan(_start, _count);

    /// <summary>Takes bytes off the front.</summary>
    public void Consume(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _count);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count == 0)
        {
            return;
        }

        AtLineStart = _buffer[_start + count - 1] == (byte)'\n';
        _start += count;
        _count -= count;
        if (_count == 0)
        {
            _start = 0;
            _buffer = _buffer.Length > Kept ? [] : _buffer;
        }
    }

    private void MakeRoom(int more)
    {
        if (_start + _count + more <= _buffer.Length)
        {
            return;
        }

        var target = _count + more <= _buffer.Length / 2 ? _buffer : new byte[Math.Max(Smallest, 2 * (_count + more))];
        _buffer.AsSpan(_start, _count).CopyTo(target);
        _buffer = target;
        _start = 0;
    }
}
