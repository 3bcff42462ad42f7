using Rx.Vm.Init.Loop;
using Rx.Vm.Init.Native;
using Rx.Vm.Init.Rules;

namespace Rx.Vm.Init.Channels;

/// <summary>The way of a process's bytes to the host: the read end of a pipe, or a terminal's master.</summary>
/// <remarks>
/// The stream ends when nobody has the other end open. A background process that an exec left behind may keep it open, and write, for ever,
/// so after <see cref="Linger"/> the session ends behind what was waiting then; the descriptor is from there on read into nothing, which
/// neither blocks nor kills that process.
/// </remarks>
internal sealed class OutputStream
{
    /// <summary>The most that the kernel lets an ordinary process keep in a pipe.</summary>
    private const int LastWords = 1 << 20;

    // What a terminal holds back at most, and what a pipe does where its size can't be told.
    private const int UsualCapacity = 64 << 10;

    private readonly EventLoop _loop;
    private readonly long _watch;
    private int _fd;
    private long _window;
    private bool _readable = true;
    private bool _writerGone;
    private bool _discards;
    private long? _left;

    /// <summary>Takes the descriptor over.</summary>
    /// <param name="loop">The loop.</param>
    /// <param name="fd">A non-blocking descriptor.</param>
    /// <param name="session">The session of the bytes.</param>
    /// <param name="window">Bytes that may be sent before the host allows more; null: any number.</param>
    /// <param name="ready">Called when there may be something to read.</param>
    public OutputStream(EventLoop loop, int fd, ulong session, int? window, Action ready)
    {
        _loop = loop;
        _fd = fd;
        _window = window ?? long.MaxValue / 2;
        Session = session;
        _watch = loop.WatchOwn(fd, Abi.EpollIn | Abi.EpollErr | Abi.EpollHup, () =>
        {
            _readable = true;
            (_discards ? Discard : ready)();
        });
    }

    /// <summary>The session of the bytes.</summary>
    public ulong Session { get; }

    /// <summary>Whether a <see cref="MoveTo"/> may move something.</summary>
    public bool Ready => !Ended && _readable && _window > 0;

    /// <summary>Whether the end-of-stream frame was added.</summary>
    public bool Ended { get; private set; }

    /// <summary>The host allows so many bytes more.</summary>
    public void Widen(uint bytes) => _window += bytes;

    /// <summary>
    /// The process has ended: a terminal without writers will not get any again, and what a pipe still holds is sent whether its reader has
    /// asked for it or not, so that no end waits for a reader.
    /// </summary>
    public void WriterGone()
    {
        _writerGone = true;
        _readable = true;
        _window += LastWords;
    }

    /// <summary>Moves one read's worth of bytes into a buffer with room for a full frame, or the end.</summary>
    public void MoveTo(OutboundBuffer buffer)
    {
        if (_left == 0)
        {
            EndRegardless(buffer);
            return;
        }

        var most = Math.Min(_window, _left ?? _window);
        var count = Fd.Read(_fd, buffer.Reserve((int)Math.Min(OutboundBuffer.MaxPayload, most)));
        if (count > 0)
        {
            _window -= count;
            _left -= count;
            buffer.Commit(Session, count);
            return;
        }

        _readable = false;
        if (count == 0 || (count == Fd.Failed && (Fd.LastError != Abi.Eio || _writerGone)))
        {
            End(buffer);
            Dispose();
        }
    }

    /// <summary>
    /// The process ended a while ago, and somebody still has the other end open. Ends the session when nothing waits; else behind what
    /// waits now, which may be the process's own and a slow host yet to take it. More than once is once.
    /// </summary>
    public void Linger(OutboundBuffer buffer)
    {
        if (Ready)
        {
            // No more than that was written before, however much is written from now on.
            _left ??= Libc.fcntl(_fd, Abi.GetPipeSize, 0) is > 0 and var capacity ? capacity : UsualCapacity;
        }
        else if (!Ended && buffer.HasRoom(0))
        {
            EndRegardless(buffer);
        }
    }

    /// <summary>Closes; the session was ended or is of no interest any more.</summary>
    public void Dispose()
    {
        if (_fd >= 0)
        {
            _loop.Forget(_fd, _watch);
            Fd.Close(ref _fd);
        }
    }

    private void EndRegardless(OutboundBuffer buffer)
    {
        End(buffer);
        _discards = true;
        _readable = true;
        Discard();
    }

    private void End(OutboundBuffer buffer)
    {
        buffer.Append(Session, []);
        Ended = true;
    }

    /// <summary>A bounded bite a turn: a process that writes without pause must not keep the loop.</summary>
    private void Discard()
    {
        Span<byte> nothing = stackalloc byte[4096];
        for (var bites = 0; bites < 16 && _fd >= 0; bites++)
        {
            var count = Fd.Read(_fd, nothing);
            if (count is 0 or Fd.Failed)
            {
                Dispose();
            }
            else if (count == Fd.Again)
            {
                return;
            }
        }

        if (_fd >= 0)
        {
            _loop.Post(Discard);
        }
    }
}
