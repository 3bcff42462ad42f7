using System.Buffers;

namespace Rx.Qmp.Testing;

/// <summary>One direction of a <see cref="DuplexStream"/>: a ring of bytes, at most one waiting reader and one waiting writer.
/// The lock is never held while a waiter is resumed.</summary>
internal sealed class BytePipe(int capacity, bool inline)
{
    private readonly Lock _gate = new();
    private byte[] _ring = [];
    private int _head;
    private int _count;
    private PipeWaiter? _reader;
    private PipeWaiter? _writer;
    private bool _writing;
    private bool _writingDone;
    private bool _readingDone;
    private IOException? _broken;

    public ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<int>(cancellationToken);
        }

        PipeWaiter? resumedWriter = null;
        PipeWaiter waiter;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_readingDone, typeof(DuplexStream));
            if (_reader is not null)
            {
                throw new InvalidOperationException("Another read is under way at this end.");
            }

            if (_broken is not null)
            {
                return ValueTask.FromException<int>(_broken);
            }

            if (_count > 0)
            {
                var taken = TakeFromRing(destination.Span);
                if (_writer is not null && RefillFromWriter())
                {
                    (resumedWriter, _writer) = (_writer, null);
                    _writing = false;
                }

                waiter = null!;
                destination = destination[..taken];
            }
            else if (_writingDone)
            {
                return new ValueTask<int>(0);
            }
            else
            {
                waiter = _reader = new PipeWaiter(this, inline) { Destination = destination };
            }
        }

        resumedWriter?.Complete(0);
        return waiter is null ? new ValueTask<int>(destination.Length) : waiter.Start(cancellationToken);
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        lock (_gate)
        {
            // A reader resumed inline may write back to this end before the outer write has handed over its rest.
            if (_writing)
            {
                throw new InvalidOperationException("Another write is under way at this end.");
            }

            _writing = true;
        }

        while (true)
        {
            PipeWaiter? resumedReader;
            PipeWaiter? waiter = null;
            int moved;
            lock (_gate)
            {
                if (_broken is not null || _readingDone || _writingDone)
                {
                    _writing = false;
                    return ValueTask.FromException(WhyNotWritable());
                }

                (resumedReader, moved) = Hand(source.Span);
                source = source[moved..];
                _writing = !source.IsEmpty;
                if (resumedReader is null && !source.IsEmpty)
                {
                    waiter = _writer = new PipeWaiter(this, inline) { Source = source };
                }
            }

            resumedReader?.Complete(Math.Min(moved, resumedReader.Destination.Length));
            if (waiter is not null)
            {
                return waiter.StartWrite(cancellationToken);
            }

            if (source.IsEmpty)
            {
                return ValueTask.CompletedTask;
            }
        }
    }

    /// <summary>No more bytes will be written; the reader gets what is left, then 0.</summary>
    public void CompleteWriting() => End(() => _writingDone = true, reader => reader.Complete(0), writer => writer.Fail(OtherEndClosed()));

    /// <summary>Nobody will read any more; writes fail from now on.</summary>
    public void StopReading() => End(
        () => _readingDone = true,
        reader => reader.Fail(new ObjectDisposedException(nameof(DuplexStream))),
        writer => writer.Fail(OtherEndClosed()));

    public void Break(IOException cause) => End(() => _broken ??= cause, reader => reader.Fail(cause), writer => writer.Fail(cause));

    /// <summary>Takes a waiter out so that its cancellation may complete it.</summary>
    public bool Remove(PipeWaiter waiter)
    {
        lock (_gate)
        {
            if (ReferenceEquals(_reader, waiter))
            {
                _reader = null;
                return true;
            }

            if (ReferenceEquals(_writer, waiter))
            {
                _writer = null;
                _writing = false;
                return true;
            }

            return false;
        }
    }

    private Exception WhyNotWritable() =>
        _broken ?? (_writingDone ? new ObjectDisposedException(nameof(DuplexStream)) : (Exception)OtherEndClosed());

    private static IOException OtherEndClosed() => new("The other end of the connection is closed.");

    private void End(Action mark, Action<PipeWaiter> endReader, Action<PipeWaiter> endWriter)
    {
        PipeWaiter? reader;
        PipeWaiter? writer;
        lock (_gate)
        {
            mark();
            (reader, writer) = (_reader, _writer);
            _reader = _writer = null;
            _writing &= writer is null;
        }

        if (reader is not null)
        {
            endReader(reader);
        }

        if (writer is not null)
        {
            endWriter(writer);
        }
    }

    /// <summary>Gives bytes to the waiting reader without passing through the ring, or else to the ring.</summary>
    private (PipeWaiter? Reader, int Moved) Hand(ReadOnlySpan<byte> source)
    {
        if (_reader is null || source.IsEmpty)
        {
            return (null, PutIntoRing(source));
        }

        var reader = _reader;
        _reader = null;
        if (reader.Destination.IsEmpty)
        {
            // It waits for something to read, and then reads it.
            return (reader, PutIntoRing(source));
        }

        var moved = Math.Min(source.Length, reader.Destination.Length);
        source[..moved].CopyTo(reader.Destination.Span);
        return (reader, moved);
    }

    /// <summary>True when the waiting writer has no bytes left.</summary>
    private bool RefillFromWriter()
    {
        _writer!.Source = _writer.Source[PutIntoRing(_writer.Source.Span)..];
        return _writer.Source.IsEmpty;
    }

    private int TakeFromRing(Span<byte> destination)
    {
        var taken = Math.Min(_count, destination.Length);
        var first = Math.Min(taken, capacity - _head);
        _ring.AsSpan(_head, first).CopyTo(destination);
        _ring.AsSpan(0, taken - first).CopyTo(destination[first..]);
        _head = (_head + taken) % capacity;
        _count -= taken;
        if (_count == 0)
        {
            // An idle connection holds no room.
            ArrayPool<byte>.Shared.Return(_ring);
            (_ring, _head) = ([], 0);
        }

        return taken;
    }

    private int PutIntoRing(ReadOnlySpan<byte> source)
    {
        if (source.IsEmpty)
        {
            return 0;
        }

        if (_ring.Length == 0)
        {
            _ring = ArrayPool<byte>.Shared.Rent(capacity);
        }

        var put = Math.Min(capacity - _count, source.Length);
        var tail = (_head + _count) % capacity;
        var first = Math.Min(put, capacity - tail);
        source[..first].CopyTo(_ring.AsSpan(tail));
        source[first..put].CopyTo(_ring);
        _count += put;
        return put;
    }
}
