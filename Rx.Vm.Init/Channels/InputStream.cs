using Rx.Vm.Init.Loop;
using Rx.Vm.Init.Native;
using Rx.Vm.Init.Rules;

namespace Rx.Vm.Init.Channels;

/// <summary>The way of host bytes into a process: the write end of a pipe, or a terminal's master.</summary>
internal sealed class InputStream
{
    private readonly EventLoop _loop;
    private readonly bool _terminal;
    private readonly Action _roomAgain;
    private readonly StdinQueue _queue = new();
    private readonly long _watch;
    private int _fd;
    private bool _writable = true;

    /// <summary>Takes the descriptor over.</summary>
    /// <param name="loop">The loop.</param>
    /// <param name="fd">A non-blocking descriptor.</param>
    /// <param name="terminal">Whether the end is a character to type or a descriptor to close.</param>
    /// <param name="roomAgain">Called when a full queue isn't any more.</param>
    public InputStream(EventLoop loop, int fd, bool terminal, Action roomAgain)
    {
        _loop = loop;
        _fd = fd;
        _terminal = terminal;
        _roomAgain = roomAgain;
        _watch = loop.WatchOwn(fd, Abi.EpollOut | Abi.EpollErr | Abi.EpollHup, () =>
        {
            _writable = true;
            Pump();
        });
    }

    /// <summary>Whether the tty port should not be read: the process doesn't keep up.</summary>
    public bool Full => _queue.Full;

    /// <summary>Takes bytes; no bytes mean the end (feature stdin-eof).</summary>
    public void Accept(ReadOnlySpan<byte> bytes)
    {
        if (_fd < 0)
        {
            return;
        }

        if (bytes.IsEmpty)
        {
            _queue.Close();
        }
        else if (_writable && _queue.Count == 0 && !_queue.Closed)
        {
            // What the process takes at once is not copied.
            var count = Fd.Write(_fd, bytes);
            if (count == Fd.Failed)
            {
                Dispose();
                return;
            }

            _writable = count >= 0;
            _queue.Passed(bytes[..Math.Max(count, 0)]);
            bytes = bytes[Math.Max(count, 0)..];
        }

        _queue.Append(bytes);
        Pump();
    }

    /// <summary>Closes; what was not written is dropped: nobody can read it any more.</summary>
    public void Dispose()
    {
        if (_fd < 0)
        {
            return;
        }

        var wasFull = _queue.Full;
        _queue.Abandon();
        _loop.Forget(_fd, _watch);
        Fd.Close(ref _fd);
        if (wasFull)
        {
            _loop.Post(_roomAgain);
        }
    }

    private void Pump()
    {
        var wasFull = _queue.Full;
        while (_writable && _fd >= 0 && _queue.Count > 0)
        {
            var count = Fd.Write(_fd, _queue.Peek());
            if (count == Fd.Failed)
            {
                // EPIPE or EIO: nobody reads stdin any more. The session goes on, its input goes nowhere.
                Dispose();
                return;
            }

            _writable = count >= 0;
            _queue.Consume(Math.Max(count, 0));
        }

        if (wasFull && !_queue.Full)
        {
            _loop.Post(_roomAgain);
        }

        if (_fd >= 0 && _queue.Closed && _queue.Count == 0 && _writable)
        {
            TypeEndOfFile();
            Dispose();
        }
    }

    /// <summary>
    /// A terminal has no end to close: what a person does is type the end-of-file character, and it only means that at the start of a
    /// line, elsewhere it ends the line early. A raw terminal has none; its program would read the byte as data.
    /// </summary>
    private void TypeEndOfFile()
    {
        if (_terminal && Pty.EndOfFile(_fd) is { } character)
        {
            ReadOnlySpan<byte> typed = [character, character];
            _ = Fd.Write(_fd, _queue.AtLineStart ? typed[..1] : typed);
        }
    }
}
