using Rx.Vm.Init.Loop;
using Rx.Vm.Init.Native;
using Rx.Vm.Init.Rules;

namespace Rx.Vm.Init.Channels;

/// <summary>The way of a process's bytes to the host: the read end of a pipe, or a terminal's master.</summary>
/// <remarks>
/// The stream ends when nobody has the other end open. A background process that an exec left behind may keep it open for ever, so
/// <see cref="Linger"/> ends the session regardless; the descriptor is then read into nothing, which neither blocks nor kills that process.
/// </remarks>
internal sealed class OutputStream
{
    /// <summary>The most that the kernel lets an ordinary process keep in a pipe.</summary>
    private const int LastWords = 1 << 20;

    private readonly EventLoop _loop;
    private readonly long _watch;
    private int _fd;
    private long _window;
    private bool _readable = true;
    private bool _writerGone;
    private bool _discards;

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
        _watch = loop.Watch(fd, Abi.EpollIn | Abi.EpollErr | Abi.EpollHup, () =>
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
        var count = Fd.Read(_fd, buffer.Reserve((int)Math.Min(OutboundBuffer.MaxPayload, _window)));
        if (count > 0)
        {
            _window -= count;
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

    /// <summary>Ends the session although somebody still has the other end open. Only when not <see cref="Ready"/>.</summary>
    public void Linger(OutboundBuffer buffer)
    {
        End(buffer);
        _discards = true;
        _readable = true;
        Discard();
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
