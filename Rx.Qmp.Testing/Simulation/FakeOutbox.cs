namespace Rx.Qmp.Testing.Simulation;

/// <summary>What a fake server sends to one client: in order, one write after the other, never waiting for the client.</summary>
internal sealed class FakeOutbox(Stream stream, int maxWriteBytes)
{
    private readonly Queue<(byte[] Bytes, FakeEnding Ending)> _queue = new();
    private bool _sending;

    public void Send(byte[] bytes, FakeEnding ending)
    {
        lock (_queue)
        {
            _queue.Enqueue((bytes, ending));
            if (_sending)
            {
                return;
            }

            _sending = true;
        }

        _ = SendAllAsync();
    }

    /// <summary>Breaks the connection as a reset does; over a socket closing it is all there is.</summary>
    public void Reset()
    {
        if (stream is DuplexStream memory)
        {
            memory.Break(new IOException("Connection reset by peer."));
        }
        else
        {
            stream.Dispose();
        }
    }

    private async Task SendAllAsync()
    {
        while (Next() is { } next)
        {
            try
            {
                await WriteAsync(next.Bytes).ConfigureAwait(false);
            }
            catch (Exception fault) when (fault is IOException or ObjectDisposedException)
            {
                // Nobody is there any more; what is left goes the same way.
            }

            if (next.Ending == FakeEnding.HangUp)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }
            else if (next.Ending == FakeEnding.Reset)
            {
                Reset();
            }
        }
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > maxWriteBytes)
        {
            await stream.WriteAsync(bytes[..maxWriteBytes]).ConfigureAwait(false);
            bytes = bytes[maxWriteBytes..];
        }

        if (!bytes.IsEmpty)
        {
            await stream.WriteAsync(bytes).ConfigureAwait(false);
        }
    }

    private (byte[] Bytes, FakeEnding Ending)? Next()
    {
        lock (_queue)
        {
            _sending = _queue.TryDequeue(out var next);
            return _sending ? next : null;
        }
    }
}
