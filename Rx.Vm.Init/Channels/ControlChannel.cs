using Rx.Vm.Guest.Wire;
using Rx.Vm.Init.Loop;
using Rx.Vm.Init.Native;
using Rx.Vm.Init.Rules;

namespace Rx.Vm.Init.Channels;

/// <summary>
/// The control port: bytes in, commands out, and credit for what was read. Not read while answers or commands pile up, so the host's
/// window is the only thing that can grow.
/// </summary>
internal sealed class ControlChannel
{
    private const int CreditStep = WireLimits.WideControlWindow / 4;

    private readonly int _fd;
    private readonly ICommandSink _sink;
    private readonly ControlOutbox _outbox = new();
    private readonly byte[] _buffer = new byte[OutboundBuffer.MaxBatch];
    private ControlFrameScanner _scanner = new(WireLimits.ControlFrameToGuest);
    private bool _readable = true;
    private bool _writable = true;
    private bool _deaf;
    private int _uncredited;

    /// <summary>Starts to listen; nothing is read before the first turn of the loop.</summary>
    public ControlChannel(EventLoop loop, int fd, ICommandSink sink)
    {
        _fd = fd;
        _sink = sink;
        loop.Watch(fd, Abi.EpollIn | Abi.EpollOut | Abi.EpollHup | Abi.EpollErr, () =>
        {
            _readable = _writable = true;
            Pump();
        });
    }

    /// <summary>Frames for the host; <see cref="Pump"/> sends them.</summary>
    public ControlOutbox Outbox => _outbox;

    /// <summary>Grows by one whenever a host went away: an answer to a command of an earlier one is nobody's.</summary>
    public int Connection { get; private set; }

    /// <summary>Whether everything was handed to the port.</summary>
    public bool Flushed => _outbox.Bytes == 0;

    /// <summary>Writes what can be written and reads what there is room for.</summary>
    public void Pump()
    {
        Flush();
        while (_readable && !_outbox.Full && !_sink.Full)
        {
            Read();
            Flush();
        }
    }

    /// <summary>Writes what can be written, and reads nothing.</summary>
    public void Flush()
    {
        while (_writable && _outbox.Fill(_buffer, out var frames) is var length and > 0)
        {
            // The port takes up to 32 KiB whole or not at all.
            if (Fd.Write(_fd, _buffer.AsSpan(0, length)) == length)
            {
                _outbox.Sent(frames);
            }
            else
            {
                _writable = false;
            }
        }
    }

    private void Read()
    {
        var count = Fd.Read(_fd, _buffer);
        if (count <= 0)
        {
            _readable = false;
            if (count == 0)
            {
                HostLost();
            }

            Credit();
            return;
        }

        // The port gives a page at a time; a frame of credit for each would cost more than the page.
        _uncredited += count;
        if (_uncredited >= CreditStep)
        {
            Credit();
        }

        if (_deaf)
        {
            return;
        }

        ReadOnlySpan<byte> input = _buffer.AsSpan(0, count);
        FrameScan found;
        while ((found = _scanner.Next(ref input, out var frame)) == FrameScan.Frame)
        {
            Credit();
            _sink.Accept(frame.Code, frame.Payload.ToArray(), Connection);
        }

        if (found == FrameScan.Fault)
        {
            // Where the next frame starts cannot be known any more: say so once, then wait for a new host.
            _deaf = true;
            _outbox.AddError($"control channel: {_scanner.Fault}");
            ConsoleLog.Write($"control channel: {_scanner.Fault}");
        }
    }

    /// <summary>Before the answer to a frame comes the credit for it.</summary>
    private void Credit()
    {
        if (_uncredited > 0)
        {
            _outbox.AddCredit(_uncredited);
            _uncredited = 0;
        }
    }

    /// <summary>A read of nothing: the host's end is closed. Half a frame of the old host must not be glued to one of the next.</summary>
    private void HostLost()
    {
        Connection++;
        _deaf = false;
        _uncredited = 0;
        _scanner = new(WireLimits.ControlFrameToGuest);
        _outbox.HostLost();
    }
}
