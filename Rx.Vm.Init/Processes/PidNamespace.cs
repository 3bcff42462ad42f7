using Rx.Vm.Init.Native;

namespace Rx.Vm.Init.Processes;

/// <summary>A container's pid namespace, held by its first process. Ending it kills everything inside.</summary>
internal sealed class PidNamespace : IDisposable
{
    private readonly int _first;
    private int _firstFd = -1;
    private int _descriptor = -1;

    /// <summary>Makes one. Throws, with nothing left behind, if the kernel refuses.</summary>
    public PidNamespace(Spawner spawner)
    {
        _first = spawner.StartFirst();
        try
        {
            // A descriptor of the process, because it may die early and its number then be another's.
            _firstFd = SystemCallException.Check((int)Libc.syscall(Abi.SysPidfdOpen, _first, 0, 0), "pidfd_open");
            _descriptor = SystemCallException.Check(Fd.Open($"/proc/{_first}/ns/pid", Abi.ReadOnly), "open the pid namespace");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What setns takes.</summary>
    public int Descriptor => _descriptor;

    /// <summary>Ends it. Idempotent.</summary>
    public void Dispose()
    {
        if (_firstFd >= 0)
        {
            _ = Libc.syscall(Abi.SysPidfdSendSignal, _firstFd, Abi.SigKill, 0);
        }
        else if (_descriptor < 0)
        {
            _ = Libc.kill(_first, Abi.SigKill);
        }

        Fd.Close(ref _firstFd);
        Fd.Close(ref _descriptor);
    }
}
