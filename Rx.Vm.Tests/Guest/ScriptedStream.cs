namespace Rx.Vm.Tests.Guest;

/// <summary>
/// A duplex stream whose other end is the test: bytes appear when they are fed, reads and writes complete on the spot, and faults come on
/// demand. Continuations run inline, as they would against a simulated machine in virtual time.
/// </summary>
internal sealed class ScriptedStream : Stream
{
    private readonly Queue<byte[]> _arriving = [];
    private readonly List<byte> _written = [];
    private TaskCompletionSource? _readWaits;
    private TaskCompletionSource? _writeHeld;
    private Exception? _readFault;
    private int _offset;
    private bool _ended;

    /// <summary>The peer: called with each write, inside it.</summary>
    public Action<byte[]>? OnWrite { get; set; }

    public Exception? WriteFault { get; set; }

    public bool HoldsWrites { get; set; }

    public int Writes { get; private set; }

    public long BytesRead { get; private set; }

    public bool IsDisposed { get; private set; }

    public byte[] Written => [.. _written];

    public void ForgetWritten() => _written.Clear();

    public void Feed(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty)
        {
            _arriving.Enqueue(bytes.ToArray());
            WakeReader();
        }
    }

    public void End()
    {
        _ended = true;
        WakeReader();
    }

    public void Fail(Exception fault)
    {
        _readFault = fault;
        WakeReader();
    }

    public void ReleaseWrite()
    {
        HoldsWrites = false;
        var held = _writeHeld;
        _writeHeld = null;
        held?.SetResult();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            if (_arriving.TryPeek(out var head))
            {
                var count = Math.Min(buffer.Length, head.Length - _offset);
                head.AsSpan(_offset, count).CopyTo(buffer.Span);
                _offset += count;
                if (_offset == head.Length)
                {
                    _arriving.Dequeue();
                    _offset = 0;
                }

                BytesRead += count;
                return count;
            }

            if (_readFault is not null)
            {
                throw _readFault;
            }

            if (_ended)
            {
                return 0;
            }

            _readWaits = new();
            using var registration = cancellationToken.UnsafeRegister(static s => ((TaskCompletionSource)s!).TrySetResult(), _readWaits);
            await _readWaits.Task.ConfigureAwait(false);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        if (WriteFault is not null)
        {
            throw WriteFault;
        }

        Writes++;
        if (HoldsWrites)
        {
            _writeHeld = new();
            using var registration = cancellationToken.UnsafeRegister(
                static (s, t) => ((TaskCompletionSource)s!).TrySetCanceled(t), _writeHeld);
            await _writeHeld.Task.ConfigureAwait(false);
        }

        _written.AddRange(buffer.Span);
        OnWrite?.Invoke(buffer.ToArray());
    }

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        WakeReader();
        base.Dispose(disposing);
    }

    private void WakeReader()
    {
        var waits = _readWaits;
        _readWaits = null;
        waits?.TrySetResult();
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
        // Nothing is buffered.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
