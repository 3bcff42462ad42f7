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
        var buffer = new byte[ReadSize];
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                var count = await _stream.ReadAsync(buffer, _stop.Token).ConfigureAwait(false);
                if (count == 0)
                {
                    Lose(GuestLossKind.Closed, scanner.Pending == 0
                        ? "the tty channel was closed"
                        : $"the tty channel was closed {scanner.Pending} bytes into a frame");
                    break;
                }

                await ScanAsync(scanner, buffer.AsMemory(0, count)).ConfigureAwait(false);
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

    private async ValueTask ScanAsync(TtyFrameScanner scanner, ReadOnlyMemory<byte> input)
    {
        while (!_stop.IsCancellationRequested && Scan(scanner, ref input, out var full))
        {
            if (full is not null)
            {
                _isWaiting = true;
                await full.FlushAsync().ConfigureAwait(false);
                _isWaiting = false;
            }
        }
    }

    /// <summary>
    /// Takes one frame. False: the input is used up or the channel is over. A stream in <paramref name="full"/> must be flushed.
    /// </summary>
    private bool Scan(TtyFrameScanner scanner, ref ReadOnlyMemory<byte> input, out GuestStream? full)
    {
        full = null;
        var rest = input.Span;
        var found = scanner.Next(ref rest, out var frame);
        input = input[^rest.Length..];
        if (found == FrameScan.Frame)
        {
            return Take(frame, out full);
        }

        if (found == FrameScan.Fault)
        {
            Lose(GuestLossKind.Protocol, $"tty channel: {scanner.Fault}");
        }

        return false;
    }

    private bool Take(TtyFrame frame, out GuestStream? full)
    {
        full = null;
        GuestStream? stream;
        lock (_gate)
        {
            _streams.TryGetValue(frame.Session, out stream);
        }

        if (stream is null)
        {
            Interlocked.Increment(ref _unknownFrames);
            return true;
        }

        switch (stream.Take(frame.Payload))
        {
            case GuestStream.Step.MustFlush:
                full = stream;
                break;
            case GuestStream.Step.Over:
                lock (_gate)
                {
                    _streams.Remove(frame.Session);
                }

                stream.Finish(StreamEndKind.Ended);
                break;
            case GuestStream.Step.Broken:
                Lose(GuestLossKind.Protocol, $"tty channel: an exit frame of {frame.Payload.Length} bytes for session {frame.Session}");
                return false;
        }

        return true;
    }
}
