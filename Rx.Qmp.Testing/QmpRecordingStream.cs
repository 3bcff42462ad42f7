using Rx.Qmp.Testing.Transcripts;

namespace Rx.Qmp.Testing;

/// <summary>A connection of which a transcript is written, see <see cref="QmpTranscript"/>. It passes bytes on as they are, and goes on
/// doing so when the transcript cannot be written. Disposing it disposes the connection and the file.</summary>
public sealed class QmpRecordingStream : Stream
{
    private readonly Stream _inner;
    private readonly TranscriptWriter _writer;
    private readonly TranscriptTap _client;
    private readonly TranscriptTap _server;
    private readonly Lock _ending = new();
    private bool _ended;

    internal QmpRecordingStream(Stream inner, TranscriptWriter writer)
    {
        (_inner, _writer) = (inner, writer);
        _client = new TranscriptTap(QmpTranscriptSide.Client, writer);
        _server = new TranscriptTap(QmpTranscriptSide.Server, writer);
    }

    /// <summary>Why the transcript could not be written to its end; null: nothing went wrong.</summary>
    public Exception? Fault => _writer.Fault;

    /// <summary>True when the transcript has grown to <see cref="QmpTranscriptOptions.MaxBytes"/> and recording ended.</summary>
    public bool IsTruncated => _writer.IsTruncated;

    /// <inheritdoc/>
    public override bool CanRead => _inner.CanRead;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => _inner.CanWrite;

    /// <summary>Not supported: a connection has no length.</summary>
    public override long Length => throw new NotSupportedException();

    /// <summary>Not supported: a connection has no position.</summary>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Took(buffer.Span[..count], buffer.IsEmpty);
        return count;
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var count = _inner.Read(buffer);
        Took(buffer[..count], buffer.IsEmpty);
        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // Before it goes out, or the reply would be noted first.
        _client.Take(buffer.Span);
        return _inner.WriteAsync(buffer, cancellationToken);
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _client.Take(buffer);
        _inner.Write(buffer);
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Flush() => _inner.Flush();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);

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
            End(QmpTranscriptSide.Client);
            _inner.Dispose();
            _writer.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Took(ReadOnlySpan<byte> bytes, bool nothingAskedFor)
    {
        if (!bytes.IsEmpty)
        {
            _server.Take(bytes);
        }
        else if (!nothingAskedFor)
        {
            End(QmpTranscriptSide.Server);
        }
    }

    private void End(QmpTranscriptSide from)
    {
        lock (_ending)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
        }

        _client.End();
        _server.End();
        _writer.End(from);
    }
}
