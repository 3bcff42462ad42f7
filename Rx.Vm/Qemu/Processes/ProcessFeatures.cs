using Microsoft.Win32.SafeHandles;
using Rx.Vm.Native;

namespace Rx.Vm.Qemu.Processes;

/// <summary>What this kernel can tell about processes; a missing one is replaced by a weaker check that has a name.</summary>
/// <param name="Pidfs">Pidfds have inodes of their own (6.9); else a process is recognised by its start tick.</param>
/// <param name="ExitInfo">The exit status of a process that is not a child can be asked (6.15); else it is read from the zombie or
/// unknown.</param>
internal sealed record ProcessFeatures(bool Pidfs, bool ExitInfo)
{
    private const long PidFsMagic = 0x50494446;

    /// <summary>This kernel's.</summary>
    public static ProcessFeatures Current { get; } = Probe();

    /// <summary>One line for people, naming the weaker checks in use.</summary>
    public string Describe() => (Pidfs, ExitInfo) switch
    {
        (true, true) => "processes known by pidfd inode, exit status of adopted processes known",
        (true, false) =>
            "processes known by pidfd inode; exit status of adopted processes only while they are zombies (kernel before 6.15)",
        _ => "processes known by pid and start tick only, 10 ms apart (kernel before 6.9)",
    };

    private static ProcessFeatures Probe()
    {
        using var own = Libc.pidfd_open(Environment.ProcessId, out var error);
        if (error != 0 || !IsPidFs(own))
        {
            return new ProcessFeatures(false, false);
        }

        return new ProcessFeatures(true, PidFdInfo.IsSupported(own));
    }

    private static unsafe bool IsPidFs(SafeFileHandle pidfd)
    {
        var data = stackalloc byte[256];
        return Libc.fstatfs(pidfd, data) == 0 && *(long*)data == PidFsMagic;
    }
}
