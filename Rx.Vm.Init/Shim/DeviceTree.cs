using Rx.Vm.Init.Native;

namespace Rx.Vm.Init.Shim;

/// <summary>The file systems that every container gets besides its root: proc, sys, dev and what belongs into dev.</summary>
internal static class DeviceTree
{
    private const uint ReadableByAll = 0x1b6;

    private static readonly (string Name, uint Major, uint Minor)[] Nodes =
    [
        ("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9), ("tty", 5, 0),

        // Without a terminal the console leads nowhere: the VM's serial line carries the kernel's log and nothing else.
        ("console", 1, 3),
    ];

    private static readonly (string Name, string Target)[] Links =
    [
        ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"), ("stderr", "/proc/self/fd/2"),
        ("ptmx", "pts/ptmx"),
    ];

    /// <summary>Mounts them below the current root.</summary>
    public static void Mount()
    {
        const int closed = Abi.MountNoSuid | Abi.MountNoDev | Abi.MountNoExec;
        _ = Libc.umask(0);
        Add("proc", "/proc", "proc", closed);
        Add("sysfs", "/sys", "sysfs", closed | Abi.MountReadOnly);
        Add("tmpfs", "/dev", "tmpfs", Abi.MountNoSuid | Abi.MountNoExec, "mode=0755,size=16m");
        foreach (var (name, major, minor) in Nodes)
        {
            SystemCallException.Check(
                Libc.mknod($"/dev/{name}", Abi.CharacterDevice | ReadableByAll, (major << 8) | minor), $"mknod /dev/{name}");
        }

        foreach (var (name, target) in Links)
        {
            SystemCallException.Check(Libc.symlink(target, $"/dev/{name}"), $"symlink /dev/{name}");
        }

        Add("devpts", "/dev/pts", "devpts", Abi.MountNoSuid | Abi.MountNoExec, "newinstance,ptmxmode=0666,mode=0620,gid=5");
        Add("shm", "/dev/shm", "tmpfs", closed, "mode=1777");
        _ = Libc.umask(0x12);
    }

    /// <summary>Makes the container's own terminal its console too.</summary>
    public static void BindConsole(uint terminal) => Mounts.Change($"/dev/pts/{terminal}", "/dev/console", Abi.MountBind);

    private static void Add(string source, string target, string type, int flags, string? data = null)
    {
        // A read-only image must have the directory; a writable root gets it.
        _ = Libc.mkdir(target, 0x1ed);
        Mounts.Mount(source, target, type, flags, data);
    }
}
