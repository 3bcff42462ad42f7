using Rx.Vm.Init.Loop;
using Rx.Vm.Init.Native;

namespace Rx.Vm.Init.Processes;

/// <summary>
/// A container's pid namespace, held by its first process. Ending it kills everything inside, and the kernel lets the first process go only
/// after all others: when that was reaped, the container's mounts are gone too and its disk is free.
/// </summary>
internal sealed class PidNamespace : IDisposable
{
    private readonly EventLoop _loop;
    private readonly long _watch;
    private int _firstFd = -1;
    private int _descriptor = -1;

    /// <summary>Makes one. Throws, with nothing left behind, if the kernel refuses.</summary>
    public PidNamespace(EventLoop loop, Spawner spawner)
    {
        _loop = loop;
        First = spawner.StartFirst();
        try
        {
            // A descriptor of the process, because it may die early and its number then be another's.
            _firstFd = SystemCallException.Check((int)Libc.syscall(Abi.SysPidfdOpen, First, 0, 0), "pidfd_open");
            _watch = loop.Watch(_firstFd, Abi.EpollIn, static () => { });
            _descriptor = Fd.Open($"/proc/{First}/ns/pid", Abi.ReadOnly);
        }
        catch
        {
            _ = Libc.kill(First, Abi.SigKill);
            Reaped();
            throw;
        }
    }

    /// <summary>The pid of the first process, valid until it was reaped.</summary>
    public int First { get; }

    /// <summary>Whether everything inside has gone.</summary>
    public bool Gone { get; private set; }

    /// <summary>What setns takes.</summary>
    public int Descriptor => _descriptor;

    /// <summary>Ends it; <see cref="Gone"/> tells when. Idempotent.</summary>
    public void Dispose()
    {
        if (_firstFd >= 0)
        {
            _ = Libc.syscall4(Abi.SysPidfdSendSignal, _firstFd, Abi.SigKill, 0, 0);
        }

        Fd.Close(ref _descriptor);
    }

    /// <summary>The first process was reaped.</summary>
    public void Reaped()
    {
        Gone = true;
        Fd.Close(ref _descriptor);
        if (_firstFd >= 0)
        {
            _loop.Forget(_firstFd, _watch);
            Fd.Close(ref _firstFd);
        }
    }
}
