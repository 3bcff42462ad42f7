using Rx.Vm.Init.Native;
using Rx.Vm.Init.Rules;

namespace Rx.Vm.Init.Shim;

/// <summary>Gives a container a mount namespace whose root is its disk.</summary>
/// <remarks>
/// pivot_root is not possible: the root here is the initramfs, which has no parent mount to be put aside into. As switch_root does, the
/// new root is moved on top of it instead and chroot follows. Before that all other mounts of init are detached, so that only the bare
/// initramfs lies below. Later entries with setns arrive on the topmost mount, the container's root.
/// Everything is mounted in this namespace and nowhere else: the kernel unmounts it all when the last process in it ends.
/// </remarks>
internal static class ContainerRoot
{
    private const string Stage = "/mnt", Lower = "/mnt/lower", Upper = "/mnt/upper", Work = "/mnt/work", Root = "/mnt/root";

    /// <summary>Mounts the disk and makes it the root.</summary>
    public static void Enter(ShimPlan plan)
    {
        SystemCallException.Check(Libc.unshare(Abi.NewMounts), "make a mount namespace");
        Mounts.Change("none", "/", Abi.MountRecursive | Abi.MountPrivate);
        Mounts.Mount("tmpfs", Stage, "tmpfs", Abi.MountNoSuid | Abi.MountNoDev, "mode=0755");
        MakeDirectory(Lower);
        MakeDirectory(Root);
        Mounts.Mount(plan.Device, Lower, plan.FsType, Abi.MountReadOnly);
        Become(Layer(plan));
    }

    /// <summary>The directory that is to be the root; always a mount point, since only mounts can be moved.</summary>
    private static string Layer(ShimPlan plan)
    {
        var image = plan.Rootfs.Length == 0 ? Lower : Subdirectory(plan.Rootfs);
        if (plan.Overlay)
        {
            MakeDirectory(Upper);
            MakeDirectory(Work);
            Mounts.Mount("overlay", Root, "overlay", 0, $"lowerdir={image},upperdir={Upper},workdir={Work}");
            return Root;
        }

        if (image == Lower)
        {
            return Lower;
        }

        Mounts.Change(image, Root, Abi.MountBind);
        return Root;
    }

    /// <summary>A directory below the disk's top, step by step: a symbolic link in an image could point into init's own root.</summary>
    private static string Subdirectory(string rootfs)
    {
        var path = Lower;
        foreach (var name in rootfs.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            path = $"{path}/{name}";
            var fd = SystemCallException.Check(
                Libc.open(path, Abi.PathOnly | Abi.Directory | Abi.NoFollow | Abi.CloseOnExec, 0), $"rootfs {rootfs}");
            Fd.Close(ref fd);
        }

        return path;
    }

    private static void Become(string root)
    {
        SystemCallException.Check(Libc.chdir(root), $"chdir {root}");
        Mounts.Change(".", "/", Abi.MountMove);
        foreach (var below in (ReadOnlySpan<string>)[Stage, "/proc", "/sys", "/dev", "/run", "/tmp"])
        {
            Mounts.Detach(below);
        }

        SystemCallException.Check(Libc.chroot("."), "chroot");
        SystemCallException.Check(Libc.chdir("/"), "chdir /");
    }

    private static void MakeDirectory(string path) => SystemCallException.Check(Libc.mkdir(path, 0x1ed), $"mkdir {path}");
}
