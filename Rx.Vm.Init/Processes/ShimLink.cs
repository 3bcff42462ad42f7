using Rx.Vm.Init.Loop;
using Rx.Vm.Init.Native;
using Rx.Vm.Init.Rules;

namespace Rx.Vm.Init.Processes;

/// <summary>Our end of the socket to a set-up process: what it reported, and whether it still exists.</summary>
internal sealed class ShimLink
{
    private readonly EventLoop _loop;
    private readonly long _watch;
    private int _fd;

    /// <summary>Takes the descriptor over.</summary>
    public ShimLink(EventLoop loop, int fd)
    {
        _loop = loop;
        _fd = fd;
        _watch = loop.WatchOwn(fd, Abi.EpollIn | Abi.EpollHup | Abi.EpollErr, Receive);
    }

    /// <summary>Everything is set up; it waits for <see cref="Go"/>.</summary>
    public bool Prepared { get; private set; }

    /// <summary>Why it failed, or null.</summary>
    public ShimReport? Failure { get; private set; }

    /// <summary>Its end is closed: it executed the command, or ended.</summary>
    public bool Closed => _fd < 0;

    /// <summary>Descriptors that came with the report: the devpts directory, then the terminal's master if there is one.</summary>
    public List<int> Passed { get; } = [];

    /// <summary>Lets it execute the command.</summary>
    public void Go() => _ = Fd.Write(_fd, "g"u8);

    /// <summary>Takes a passed descriptor over; -1 if there is none at this place.</summary>
    public int Take(int index)
    {
        if (index >= Passed.Count)
        {
            return -1;
        }

        var fd = Passed[index];
        Passed[index] = -1;
        return fd;
    }

    /// <summary>Closes everything that nobody took.</summary>
    public void Dispose()
    {
        Close();
        for (var i = 0; i < Passed.Count; i++)
        {
            var fd = Take(i);
            Fd.Close(ref fd);
        }
    }

    private void Receive()
    {
        Span<byte> text = stackalloc byte[1 + ShimReport.MaxText];
        while (_fd >= 0)
        {
            var count = Descriptors.Receive(_fd, text, Passed);
            if (count == Fd.Again)
            {
                return;
            }

            var report = count > 0 ? ShimReport.Decode(text[..count]) : null;
            if (report is null)
            {
                Close();
                return;
            }

            Prepared |= report.Kind == ShimReport.Prepared;
            Failure ??= report.Kind == ShimReport.Prepared ? null : report;
        }
    }

    private void Close()
    {
        if (_fd >= 0)
        {
            _loop.Forget(_fd, _watch);
            Fd.Close(ref _fd);
        }
    }
}
