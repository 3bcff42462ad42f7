using System.Buffers;
using Rx.Qmp.Testing;

namespace Rx.Vm.Testing.Simulation;

/// <summary>
/// The machine's end of one of its four connections. What is sent goes out in order, waiting for the host to read as a socket would; what
/// the host sends arrives on the strand.
/// </summary>
internal sealed class Channel
{
    private readonly Lock _gate = new();
    private readonly Queue<(ReadOnlyMemory<byte> Bytes, Action? Sent)> _outbox = new();
    private readonly Strand _strand;
    private readonly DuplexStream _own;
    private readonly DuplexStream _host;
    private bool _sending;
    private bool _over;
    private long _sent;

    public Channel(Strand strand, int capacity, bool inline)
    {
        _strand = strand;
        (_own, _host) = DuplexStream.CreatePair(capacity, inline);
    }

    /// <summary>The host's end.</summary>
    public Stream HostEnd => _host;

    /// <summary>After so many bytes to the host the connection ends; null for never.</summary>
    public long? CutAt { get; set; }

    /// <summary>Begins to read. <paramref name="onBytes"/> is called on the strand, with bytes that it may keep.</summary>
    public void Start(Action<ReadOnlyMemory<byte>> onBytes) => _ = ReadAsync(onBytes);

    /// <summary>
    /// Sends, behind what is being sent; <paramref name="sent"/> is posted to the strand when the host has it all, or never will.
    /// </summary>
    public void Send(ReadOnlyMemory<byte> bytes, Action? sent = null)
    {
        lock (_gate)
        {
            _outbox.Enqueue((bytes, sent));
            if (_sending)
            {
                return;
            }

            _sending = true;
        }

        _ = SendAllAsync();
    }

    /// <summary>Posts <paramref name="flushed"/> when everything sent before is with the host.</summary>
    public void WhenFlushed(Action flushed) => Send(default, flushed);

    /// <summary>Ends the connection: the host reads what is on its way, then the end.</summary>
    public void HangUp()
    {
        _over = true;
        _own.Dispose();
    }

    /// <summary>Breaks the connection: what is on its way is lost.</summary>
    public void Reset()
    {
        _over = true;
        _own.Break(new IOException("Connection reset by peer"));
    }

    /// <summary>Closes the host's end, as its owner does.</summary>
    public void CloseHostEnd() => _host.Dispose();

    private async Task ReadAsync(Action<ReadOnlyMemory<byte>> onBytes)
    {
        try
        {
            while (true)
            {
                // Waits without room to read to: a connection on which nothing is said holds none.
                _ = await _own.ReadAsync(Memory<byte>.Empty).ConfigureAwait(false);
                var buffer = ArrayPool<byte>.Shared.Rent(4096);
                var count = await _own.ReadAsync(buffer.AsMemory(0, 4096)).ConfigureAwait(false);
                if (count == 0)
                {
                    break;
                }

                var bytes = buffer.AsSpan(0, count).ToArray();
                ArrayPool<byte>.Shared.Return(buffer);
                _strand.Post(() => onBytes(bytes));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Ended from either side; a real peer learns no more than that.
        }
    }

    private async Task SendAllAsync()
    {
        while (Next(out var bytes, out var sent))
        {
            try
            {
                if (!bytes.IsEmpty && !_over)
                {
                    await WriteAsync(bytes).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                _over = true;
            }

            if (sent is not null)
            {
                _strand.Post(sent);
            }
        }
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        var cut = CutAt - _sent;
        if (cut < bytes.Length)
        {
            await _own.WriteAsync(bytes[..(int)Math.Max(cut.Value, 0)]).ConfigureAwait(false);
            HangUp();
            return;
        }

        _sent += bytes.Length;
        await _own.WriteAsync(bytes).ConfigureAwait(false);
    }

    private bool Next(out ReadOnlyMemory<byte> bytes, out Action? sent)
    {
        lock (_gate)
        {
            _sending = _outbox.TryDequeue(out var next);
            (bytes, sent) = next;
            return _sending;
        }
    }
}
