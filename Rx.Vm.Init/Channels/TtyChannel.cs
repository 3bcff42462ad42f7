using Rx.Vm.Guest.Wire;
using Rx.Vm.Init.Loop;
using Rx.Vm.Init.Native;
using Rx.Vm.Init.Rules;

namespace Rx.Vm.Init.Channels;

/// <summary>
/// The tty port: all streams of all processes. Outgoing, a process is read only while the buffer has room for a full frame, one read per
/// stream in turn. Incoming, the port is shared and nothing is dropped: while one process has 1 MiB of unread stdin, the others' stdin
/// waits too; output is not affected, so this cannot lock up.
/// </summary>
internal sealed class TtyChannel
{
    /// <summary>Rounds of one call; a flood of output must leave turns for the control port.</summary>
    private const int RoundsPerTurn = 16;

    /// <summary>Reads of one round: the port gives a page at a time, and a frame to a session has up to sixteen.</summary>
    private const int ReadsPerRound = 16;

    private readonly EventLoop _loop;
    private readonly int _fd;
    private readonly ISessions _sessions;
    private readonly OutboundBuffer _outbound = new();
    private readonly List<OutputStream> _streams = [];
    private readonly byte[] _input = new byte[8 << 10];
    private TtyFrameScanner _scanner = new(WireLimits.TtyPayloadToHost);
    private bool _readable = true;
    private bool _writable = true;
    private bool _posted;
    private bool _deaf;

    /// <summary>Starts to listen; nothing is read before the first turn of the loop.</summary>
    public TtyChannel(EventLoop loop, int fd, ISessions sessions)
    {
        _loop = loop;
        _fd = fd;
        _sessions = sessions;
        loop.Watch(fd, Abi.EpollIn | Abi.EpollOut | Abi.EpollHup | Abi.EpollErr, () =>
        {
            _readable = _writable = true;
            Pump();
        });
    }

    /// <summary>Frames for the host; ask for room before adding, then <see cref="Pump"/>.</summary>
    public OutboundBuffer Outbound => _outbound;

    /// <summary>Takes a process's output into the round.</summary>
    public void Attach(OutputStream stream) => _streams.Add(stream);

    /// <summary>Takes it out again.</summary>
    public void Detach(OutputStream stream) => _streams.Remove(stream);

    /// <summary>Moves bytes both ways until nothing more can move, or others should have a turn.</summary>
    public void Pump()
    {
        var moved = true;
        for (var round = 0; round < RoundsPerTurn && moved; round++)
        {
            moved = Collect() | Write() | ReadSome();
        }

        if (moved && !_posted)
        {
            _posted = true;
            _loop.Post(() =>
            {
                _posted = false;
                Pump();
            });
        }
    }

    private bool Collect()
    {
        var moved = false;
        for (var i = 0; i < _streams.Count; i++)
        {
            if (_streams[i].Ready && _outbound.HasRoom(OutboundBuffer.MaxPayload))
            {
                _streams[i].MoveTo(_outbound);
                moved = true;
            }
        }

        // The one that found no room this time is asked first next time.
        if (moved && _streams.Count > 1)
        {
            var first = _streams[0];
            _streams.RemoveAt(0);
            _streams.Add(first);
        }

        return moved;
    }

    private bool Write()
    {
        var moved = false;
        while (_writable && !_outbound.IsEmpty)
        {
            var count = Fd.Write(_fd, _outbound.Peek());
            _writable = count > 0;
            _outbound.Consume(Math.Max(count, 0));
            moved |= _writable;
        }

        return moved;
    }

    private bool ReadSome()
    {
        var moved = false;
        for (var reads = 0; reads < ReadsPerRound && Read(); reads++)
        {
            moved = true;
        }

        return moved;
    }

    private bool Read()
    {
        // Every frame may need an answer, so there must be room for as many answers as a read can hold frames.
        if (!_readable || _sessions.InputFull || !_outbound.HasRoom(_input.Length))
        {
            return false;
        }

        var count = Fd.Read(_fd, _input);
        if (count <= 0)
        {
            _readable = false;
            if (count == 0)
            {
                // The host's end is closed: half a frame of the old host must not be glued to one of the next.
                _scanner = new(WireLimits.TtyPayloadToHost);
                _deaf = false;
            }

            return false;
        }

        ReadOnlySpan<byte> input = _input.AsSpan(0, count);
        FrameScan found;
        while ((found = _scanner.Next(ref input, out var frame)) == FrameScan.Frame)
        {
            if (!_sessions.Deliver(frame.Session, frame.Payload))
            {
                _outbound.Append(frame.Session, []);
            }
        }

        if (found == FrameScan.Fault && !_deaf)
        {
            _deaf = true;
            ConsoleLog.Write($"tty channel: {_scanner.Fault}");
        }

        return true;
    }
}
