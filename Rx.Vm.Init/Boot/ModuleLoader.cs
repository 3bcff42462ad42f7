using System.Runtime.InteropServices;
using Rx.Vm.Init.Native;
using Rx.Vm.Init.Rules;

namespace Rx.Vm.Init.Boot;

/// <summary>Loads the kernel modules that the initramfs lists. No list: the kernel has everything built in.</summary>
internal static unsafe class ModuleLoader
{
    /// <summary>What the ports need; loaded before READY.</summary>
    public const string BootList = "/etc/modules-boot";

    /// <summary>What pods need; loaded when READY was written, before any command is looked at: the host plugs disks meanwhile.</summary>
    public const string LazyList = "/etc/modules-lazy";

    private const int MaxListBytes = 1 << 20;

    /// <summary>Loads a list from top to bottom. A module that fails is reported and skipped: another one may do without it.</summary>
    public static void Load(string list)
    {
        if (Files.TryRead(list, MaxListBytes) is not { } text)
        {
            return;
        }

        var paths = ModuleList.Parse(text, out var rejected);
        foreach (var path in paths)
        {
            if (TryLoad(path) is { } fault)
            {
                ConsoleLog.Write($"module {path}: {fault}");
            }
        }

        if (rejected > 0)
        {
            ConsoleLog.Write($"{list}: {rejected} lines are not module paths");
        }
    }

    private static string? TryLoad(string path)
    {
        var fd = Libc.open(path, Abi.ReadOnly | Abi.CloseOnExec, 0);
        if (fd < 0)
        {
            return SystemCallException.Describe(Fd.LastError);
        }

        byte noParameters = 0;
        var loaded = Libc.syscall(Abi.SysFinitModule, fd, (nint)(&noParameters), 0) == 0;
        var errno = loaded ? 0 : Marshal.GetLastPInvokeError();
        Fd.Close(ref fd);
        if (loaded || errno == Abi.Eexist)
        {
            // The initramfs is memory: what was loaded from it once is not needed twice.
            _ = Libc.unlink(path);
            return null;
        }

        return SystemCallException.Describe(errno);
    }
}
