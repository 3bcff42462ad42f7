using Rx.Vm.Init.Native;

namespace Rx.Vm.Init.Shim;

/// <summary>
/// The first process of a container's pid namespace: holds the namespace open and lets the kernel reap its orphans. Init kills it when the
/// container's own process has ended, and everything else in the namespace with it.
/// </summary>
internal static unsafe class FirstProcess
{
    private const nint Ignore = 1;

    /// <summary>Waits for ever.</summary>
    public static void Run()
    {
        _ = Libc.syscall(Abi.SysPrctl, Abi.PrctlSetDumpable, 0, 0);

        // An ignored SIGCHLD is a promise never to wait: the kernel then leaves no zombies.
        _ = Libc.signal(Abi.SigChild, Ignore);
        while (true)
        {
            _ = Libc.poll(null, 0, -1);
        }
    }
}
