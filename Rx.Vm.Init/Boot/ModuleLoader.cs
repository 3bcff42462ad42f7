using System.Runtime.InteropServices;
using Rx.Vm.Init.Native;
using Rx.Vm.Init.Rules;

namespace Rx.Vm.Init.Boot;

/// <summary>Loads the kernel modules that the initramfs lists. No list: the kernel has everything built in.</summary>
internal static unsafe class ModuleLoader
{
    /// <summary>What the ports need; loaded before READY.</summary>
    public const string BootList = "/etc/modules-boot";

    /// <summary>What pods need; loaded after READY was written and before the first command is looked at, while the host plugs disks.</summary>
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
        return loaded || errno == Abi.Eexist ? null : SystemCallException.Describe(errno);
    }
}
