namespace Rx.Vm.Tests.Guest;

/// <summary>
/// A duplex stream whose other end is the test: bytes appear when they are fed, reads and writes complete on the spot, and faults come on
/// demand. Continuations run inline, as they would against a simulated machine in virtual time.
/// </summary>
internal sealed class ScriptedStream : Stream
{
    private readonly Queue<byte[]> arriving = [];
    private readonly List<byte> written = [];
    private TaskCompletionSource? readWaits;
    private TaskCompletionSource? writeHeld;
    private Exception? readFault;
    private int offset;
    private bool ended;

    /// <summary>The peer: called with each write, inside it.</summary>
    public Action<byte[]>? OnWrite { get; set; }

    public Exception? WriteFault { get; set; }

    public bool HoldsWrites { get; set; }

    public int Writes { get; private set; }

    public long BytesRead { get; private set; }

    public bool IsDisposed { get; private set; }

    public byte[] Written => [.. written];

    public void ForgetWritten() => written.Clear();

    public void Feed(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty)
        {
            arriving.Enqueue(bytes.ToArray());
            WakeReader();
        }
    }

    public void End()
    {
        ended = true;
        WakeReader();
    }

    public void Fail(Exception fault)
    {
        readFault = fault;
        WakeReader();
    }

    public void ReleaseWrite()
    {
        HoldsWrites = false;
        var held = writeHeld;
        writeHeld = null;
        held?.SetResult();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            if (arriving.TryPeek(out var head))
            {
                var count = Math.Min(buffer.Length, head.Length - offset);
                head.AsSpan(offset, count).CopyTo(buffer.Span);
                offset += count;
                if (offset == head.Length)
                {
                    arriving.Dequeue();
                    offset = 0;
                }

                BytesRead += count;
                return count;
            }

            if (readFault is not null)
            {
                throw readFault;
            }

            if (ended)
            {
                return 0;
            }

            readWaits = new();
            using var registration = cancellationToken.UnsafeRegister(static s => ((TaskCompletionSource)s!).TrySetResult(), readWaits);
            await readWaits.Task.ConfigureAwait(false);
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
            writeHeld = new();
            using var registration = cancellationToken.UnsafeRegister(
                static (s, t) => ((TaskCompletionSource)s!).TrySetCanceled(t), writeHeld);
            await writeHeld.Task.ConfigureAwait(false);
        }

        written.AddRange(buffer.Span);
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
        var waits = readWaits;
        readWaits = null;
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
