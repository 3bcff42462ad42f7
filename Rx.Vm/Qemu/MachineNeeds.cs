namespace Rx.Vm.Qemu;

/// <summary>What a driver needs of its host before it can start a machine.</summary>
[Flags]
public enum MachineNeeds
{
    /// <summary>Nothing: the host resolves neither kernel nor images, and hands out paths and names as they were given.</summary>
    None = 0,

    /// <summary>A kernel and an initramfs: files that are there.</summary>
    BootFiles = 1,

    /// <summary>Containers' images, resolved to read-only files.</summary>
    Images = 2,

    /// <summary>All of it: a real machine.</summary>
    All = BootFiles | Images,
}
