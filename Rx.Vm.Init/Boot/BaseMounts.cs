using Rx.Vm.Init.Native;
using Rx.Vm.Init.Processes;

namespace Rx.Vm.Init.Boot;

/// <summary>The file systems that init itself needs. Containers get their own.</summary>
internal static class BaseMounts
{
    /// <summary>Mounts them on the initramfs, making mount points that a foreign one lacks.</summary>
    public static void Mount()
    {
        const int plain = Abi.MountNoSuid | Abi.MountNoDev | Abi.MountNoExec;
        Add("proc", "/proc", "proc", plain);
        Add("sysfs", "/sys", "sysfs", plain);
        ControlGroup.IsMounted = TryAdd("cgroup2", ControlGroup.Root, "cgroup2", plain, "favordynmods")
            || TryAdd("cgroup2", ControlGroup.Root, "cgroup2", plain);
        Add("devtmpfs", "/dev", "devtmpfs", Abi.MountNoSuid, "mode=0755");
        Add("devpts", "/dev/pts", "devpts", Abi.MountNoSuid | Abi.MountNoExec, "newinstance,ptmxmode=0666,mode=0620,gid=5");
        Add("tmpfs", "/run", "tmpfs", Abi.MountNoSuid | Abi.MountNoDev, "mode=0755");
        Add("tmpfs", "/tmp", "tmpfs", Abi.MountNoSuid | Abi.MountNoDev, "mode=1777");
        _ = Libc.mkdir("/mnt", 0x1ed);
    }

    private static void Add(string source, string target, string type, int flags, string? data = null)
    {
        if (!TryAdd(source, target, type, flags, data))
        {
            throw new SystemCallException($"mount {type} on {target}", Fd.LastError);
        }
    }

    private static bool TryAdd(string source, string target, string type, int flags, string? data = null)
    {
        _ = Libc.mkdir(target, 0x1ed);

        // Busy: a kernel with DEVTMPFS_MOUNT or an outer init was here first, which is as good.
        return Libc.mount(source, target, type, (nuint)flags, data) == 0 || Fd.LastError == Abi.Ebusy;
    }
}
