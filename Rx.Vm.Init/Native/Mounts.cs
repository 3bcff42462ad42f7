namespace Rx.Vm.Init.Native;

/// <summary>mount(2) with errors that name the target.</summary>
internal static class Mounts
{
    /// <summary>Mounts a file system, or throws.</summary>
    public static void Mount(string source, string target, string type, int flags, string? data = null) =>
        SystemCallException.Check(Libc.mount(source, target, type, (nuint)flags, data), $"mount {type} {source} on {target}");

    /// <summary>Binds, moves or changes a mount, or throws.</summary>
    public static void Change(string source, string target, int flags) =>
        SystemCallException.Check(Libc.mount(source, target, null, (nuint)flags, null), $"mount {source} on {target}");

    /// <summary>Takes a mount and all below it out of this namespace; not being one is fine.</summary>
    public static void Detach(string target) => _ = Libc.umount2(target, Abi.UnmountDetach);
}
