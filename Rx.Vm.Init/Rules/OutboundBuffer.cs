using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Init.Rules;

/// <summary>
/// Tty frames on their way to the port. Bounded: who wants to add asks <see cref="HasRoom"/> first, and while it says no the containers'
/// pipes are not read, which is what slows them down. Nothing is dropped or reordered.
/// </summary>
/// <remarks>
/// What <see cref="Peek"/> hands out is whole frames, at most <see cref="MaxBatch"/> bytes: the kernel passes a write of up to 32 KiB to
/// the host as one buffer, and QEMU drops whole buffers when its client goes away, so a client that comes back always starts at a frame.
/// </remarks>
internal sealed class OutboundBuffer
{
    /// <summary>Largest batch handed out, and so the largest frame, header included.</summary>
    public const int MaxBatch = 32 << 10;

    /// <summary>Largest payload of one frame.</summary>
    public const int MaxPayload = MaxBatch - TtyFrame.HeaderSize;

    private const int Capacity = 8 * MaxBatch;

    private readonly byte[] _buffer = new byte[Capacity];
    private readonly Queue<int> _frames = new();
    private int _start;
    private int _end;
    private int _batchFrames;
    private int _batchBytes;

    /// <summary>Bytes ever added, headers included.</summary>
    public long Added { get; private set; }

    /// <summary>Bytes ever taken.</summary>
    public long Taken { get; private set; }

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty => _start == _end;

    /// <summary>Whether a frame with a payload of this size fits.</summary>
    public bool HasRoom(int payload) => _end - _start + payload + TtyFrame.HeaderSize <= Capacity;

    /// <summary>Room for a payload; fill some of it, then <see cref="Commit"/>. Requires <see cref="HasRoom"/>.</summary>
    public Span<byte> Reserve(int payload)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload, MaxPayload);
        if (!HasRoom(payload))
        {
            throw new InvalidOperationException("no room in the outbound buffer");
        }

        if (_end + payload + TtyFrame.HeaderSize > Capacity)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        return _buffer.AsSpan(_end + TtyFrame.HeaderSize, payload);
    }

    /// <summary>Makes a frame of the first <paramref name="payload"/> bytes reserved last. 0 bytes: an end-of-stream frame.</summary>
    public void Commit(ulong session, int payload)
    {
        TtyFrame.WriteHeader(_buffer.AsSpan(_end), session, payload);
        var frame = payload + TtyFrame.HeaderSize;
        _frames.Enqueue(frame);
        _end += frame;
        Added += frame;
    }

    /// <summary>Adds a whole frame. Requires <see cref="HasRoom"/>.</summary>
    public void Append(ulong session, ReadOnlySpan<byte> payload)
    {
        payload.CopyTo(Reserve(payload.Length));
        Commit(session, payload.Length);
    }

    /// <summary>The next batch, oldest first: the same one until it was consumed. Empty when nothing waits.</summary>
    public ReadOnlySpan<byte> Peek()
    {
        if (_batchFrames == 0)
        {
            foreach (var frame in _frames)
            {
                if (_batchFrames > 0 && _batchBytes + frame > MaxBatch)
                {
                    break;
                }

                _batchFrames++;
                _batchBytes += frame;
            }
        }

        return _buffer.AsSpan(_start, _batchBytes);
    }

    /// <summary>Takes bytes of the batch; what is left of it comes first next time.</summary>
    public void Consume(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, _batchBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        _start += bytes;
        _batchBytes -= bytes;
        Taken += bytes;
        if (_batchBytes > 0)
        {
            return;
        }

        for (; _batchFrames > 0; _batchFrames--)
        {
            _frames.Dequeue();
        }

        if (_start == _end)
        {
            _start = _end = 0;
        }
    }
}
