using System.Buffers;
using Rx.Qmp.Isolation;
using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Guest;

// The channel's reader: one loop, which alone touches the outputs of the streams and ends them.
internal sealed partial class TtyMux
{
    private const int ReadSize = 16 << 10;

    private async Task ReadAsync()
    {
        var scanner = new TtyFrameScanner(WireLimits.TtyPayloadToHost);
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                await IdleRead.WaitAsync(_stream, _stop.Token).ConfigureAwait(false);
                var buffer = ArrayPool<byte>.Shared.Rent(ReadSize);
                var count = await _stream.ReadAsync(buffer.AsMemory(0, ReadSize), _stop.Token).ConfigureAwait(false);
                if (count == 0)
                {
                    Lose(GuestLossKind.Closed, scanner.Pending == 0
                        ? "the tty channel was closed"
                        : $"the tty channel was closed {scanner.Pending} bytes into a frame");
                    break;
                }

                Scan(scanner, buffer.AsSpan(0, count));

                // Only after a read that ended well: another may still be written to.
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
        catch (Exception e)
        {
            // Whatever it is: the channel must end, and say why.
            Lose(GuestLossKind.ReadFailed, $"reading the tty channel failed: {SafeText.Of(e)}");
        }
        finally
        {
            EndAll();
        }
    }

    private void Scan(TtyFrameScanner scanner, ReadOnlySpan<byte> input)
    {
        while (!_stop.IsCancellationRequested)
        {
            var found = scanner.Next(ref input, out var frame);
            if (found == FrameScan.Fault)
            {
                Lose(GuestLossKind.Protocol, $"tty channel: {scanner.Fault}");
            }

            if (found != FrameScan.Frame)
            {
                return;
            }

            Take(frame);
        }
    }

    private void End(GuestStream stream)
    {
        bool isOpen;
        lock (_gate)
        {
            isOpen = _streams.Remove(stream.Session);
        }

        if (isOpen)
        {
            stream.Finish(StreamEndKind.Ended);
        }
    }

    private void Take(TtyFrame frame)
    {
        GuestStream? stream;
        lock (_gate)
        {
            _streams.TryGetValue(frame.Session, out stream);
        }

        if (stream is null)
        {
            Interlocked.Increment(ref _unknownFrames);
            return;
        }

        switch (stream.Take(frame.Payload))
        {
            case GuestStream.Step.Over:
                lock (_gate)
                {
                    _streams.Remove(frame.Session);
                }

                stream.Finish(StreamEndKind.Ended);
                if (stream.Tail is { } tail)
                {
                    End(tail);
                }

                break;
            case GuestStream.Step.Broken:
                Lose(GuestLossKind.Protocol, $"tty channel: an exit frame of {frame.Payload.Length} bytes for session {frame.Session}");
                break;
        }
    }
}
