using System.Buffers;

namespace Rx.Qmp.Wire;

/// <summary>
/// Owns the bytes that were read and cuts them into messages. Grows only for the message at hand and gives a large array back
/// as soon as that message was taken; at rest it has none. Not thread-safe: it belongs to the reader loop.
/// </summary>
internal sealed class FrameBuffer
{
    private const int InitialBytes = 16 * 1024;
    private const int KeptBytes = 256 * 1024;
    private const int MinimumRoom = 1024;

    private readonly int _maxFrameBytes;
    private readonly int _maxDepth;
    private FrameScanner _scanner;
    private byte[] _bytes = [];
    private int _start;
    private int _scanned;
    private int _end;

    public FrameBuffer(int maxFrameBytes, int maxDepth)
    {
        _maxFrameBytes = maxFrameBytes;
        _maxDepth = maxDepth;
        _scanner = new FrameScanner(maxDepth);
    }

    /// <summary>See <see cref="FrameScanner.BytesLookedAt"/>.</summary>
    public long BytesLookedAt => _scanner.BytesLookedAt;

    /// <summary>Bytes copied to make room; with doubling it stays below a small multiple of the bytes read.</summary>
    public long BytesMoved { get; private set; }

    /// <summary>Size of the array in use.</summary>
    public int Capacity => _bytes.Length;

    /// <summary>True when the bytes end inside a message.</summary>
    public bool HasPartialFrame => _start < _end;

    /// <summary>Bytes read and not taken.</summary>
    public int HeldBytes => _end - _start;

    /// <summary>Free space for the next read. Invalidates frames taken before.</summary>
    public Memory<byte> GetRoom()
    {
        var held = _end - _start;
        if (held == 0)
        {
            if (_bytes.Length == 0)
            {
                _bytes = ArrayPool<byte>.Shared.Rent(InitialBytes);
            }

            var flooded = _end == _bytes.Length;
            _start = _scanned = _end = 0;
            if (_bytes.Length > KeptBytes)
            {
                _bytes = new byte[InitialBytes];
            }
            else if (flooded && _bytes.Length < KeptBytes)
            {
                // Read after read fills the array: more room means fewer calls of the system.
                _bytes = new byte[_bytes.Length * 2];
            }
        }
        else if (_bytes.Length - _end < MinimumRoom)
        {
            // Moving only when at most half is held keeps the copying linear for one-byte reads too.
            MoveToFront(held <= _bytes.Length / 2 ? _bytes : new byte[NextSize()]);
        }

        return _bytes.AsMemory(_end);
    }

    /// <summary>
    /// Gives the array back when nothing is held, for a wait that may be long; the next room is in another. Invalidates frames taken before.
    /// </summary>
    public void Rest()
    {
        if (_start == _end && _bytes.Length > 0)
        {
            if (_bytes.Length == InitialBytes)
            {
                ArrayPool<byte>.Shared.Return(_bytes);
            }

            _bytes = [];
            _start = _scanned = _end = 0;
        }
    }

    /// <summary>Forgets what was read, and where in a message that was.</summary>
    public void Reset()
    {
        _start = _scanned = _end = 0;
        _scanner = new FrameScanner(_maxDepth);
    }

    /// <summary>Says how many bytes of the room were filled.</summary>
    public void Commit(int count) => _end += count;

    /// <summary>Takes the next message.</summary>
    /// <param name="frame">The message without surrounding white space, valid until <see cref="GetRoom"/>.</param>
    /// <returns><see cref="FrameScanStatus.Frame"/>, <see cref="FrameScanStatus.NeedMore"/>, or a fault after which the stream
    /// has lost its framing.</returns>
    public FrameScanStatus TryTake(out ReadOnlySpan<byte> frame)
    {
        if (_scanner.IsIdle)
        {
            SkipWhiteSpace();
        }

        var status = _scanner.Scan(_bytes.AsSpan(_scanned, _end - _scanned), out var used);
        _scanned += used;
        var length = _scanned - _start;
        frame = default;
        if (status == FrameScanStatus.NeedMore)
        {
            return length < _maxFrameBytes ? status : FrameScanStatus.TooLarge;
        }

        if (status != FrameScanStatus.Frame)
        {
            return status;
        }

        if (length > _maxFrameBytes)
        {
            return FrameScanStatus.TooLarge;
        }

        frame = _bytes.AsSpan(_start, length);
        _start = _scanned;
        return status;
    }

    private void SkipWhiteSpace()
    {
        while (_start < _end && _bytes[_start] is (byte)'\r' or (byte)'\n' or (byte)' ' or (byte)'\t')
        {
            _start++;
        }

        _scanner.Skip(_start - _scanned);
        _scanned = _start;
    }

    private int NextSize() => (int)Math.Min((long)_bytes.Length * 2, (long)_maxFrameBytes + 2 * MinimumRoom);

    private void MoveToFront(byte[] target)
    {
        var held = _end - _start;
        _bytes.AsSpan(_start, held).CopyTo(target);
        BytesMoved += held;
        _bytes = target;
        _scanned -= _start;
        _end = held;
        _start = 0;
    }
}
