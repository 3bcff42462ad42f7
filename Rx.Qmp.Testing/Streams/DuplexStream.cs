using Rx.Qmp.Isolation;

namespace Rx.Qmp.Testing;

/// <summary>
/// One end of a bounded in-memory connection: what one end writes the other reads. A full direction makes writes wait, as a
/// socket does; disposing an end gives the other end its remaining bytes, then end of file, and fails its writes.
/// One read and one write may be under way at each end at a time.
/// </summary>
public sealed class DuplexStream : Stream, IPromptStream
{
    private readonly BytePipe _incoming;
    private readonly BytePipe _outgoing;

    private DuplexStream(BytePipe incoming, BytePipe outgoing)
    {
        _incoming = incoming;
        _outgoing = outgoing;
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <summary>Not supported: a connection has no length.</summary>
    public override long Length => throw new NotSupportedException();

    /// <summary>Not supported: a connection has no position.</summary>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Makes two connected ends.</summary>
    /// <param name="capacity">Bytes each direction holds before a write has to wait.</param>
    /// <param name="inline">True: whoever waits in a read (or a blocked write) continues on the thread that supplies the bytes
    /// (or the space), inside that call, so a whole conversation runs synchronously. False: it continues on the thread pool.</param>
    /// <returns>The two ends; neither is special.</returns>
    public static (DuplexStream First, DuplexStream Second) CreatePair(int capacity = 64 * 1024, bool inline = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        var there = new BytePipe(capacity, inline);
        var back = new BytePipe(capacity, inline);
        return (new DuplexStream(back, there), new DuplexStream(there, back));
    }

    /// <summary>Breaks both directions at once, as a reset connection does: unread bytes are lost and every read or write,
    /// waiting or later, at either end fails.</summary>
    /// <param name="cause">What readers and writers of both ends get.</param>
    public void Break(IOException cause)
    {
        ArgumentNullException.ThrowIfNull(cause);
        _outgoing.Break(cause);
        _incoming.Break(cause);
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _incoming.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _outgoing.WriteAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) =>
        WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <summary>Does nothing: written bytes are visible to the other end at once.</summary>
    public override void Flush()
    {
    }

    /// <summary>Does nothing: written bytes are visible to the other end at once.</summary>
    /// <param name="cancellationToken">Not looked at.</param>
    /// <returns>A completed task.</returns>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Not supported.</summary>
    /// <param name="offset">Not looked at.</param>
    /// <param name="origin">Not looked at.</param>
    /// <returns>Never.</returns>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <summary>Not supported.</summary>
    /// <param name="value">Not looked at.</param>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _outgoing.CompleteWriting();
            _incoming.StopReading();
        }

        base.Dispose(disposing);
    }
}
