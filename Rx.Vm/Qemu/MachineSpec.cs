namespace Rx.Vm.Qemu;

/// <summary>What machine to start. Paths are the host administrator's, never a pod author's.</summary>
public sealed record MachineSpec
{
    /// <summary>Names the machine's directory and process: <c>[A-Za-z0-9][A-Za-z0-9_.-]{0,63}</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Guest memory in MiB, 32 to 1048576.</summary>
    public int MemoryMiB { get; init; } = 128;

    /// <summary>Virtual processors, 1 to 64.</summary>
    public int Cpus { get; init; } = 1;

    /// <summary>The kernel: an ELF <c>vmlinux</c> with a PVH note, or a bzImage.</summary>
    public required string KernelPath { get; init; }

    /// <summary>The initramfs.</summary>
    public required string InitrdPath { get; init; }

    /// <summary>Appended to the kernel command line, separated by a blank. Printable ASCII, at most 1024 characters.</summary>
    public string ExtraAppend { get; init; } = "";

    /// <summary>How guest code is run.</summary>
    public Accelerator Accelerator { get; init; } = Accelerator.Auto;

    /// <summary>Whether translation is refused, whatever <see cref="Accelerator"/> allows.</summary>
    public bool RequireIsolation { get; init; }

    /// <summary>What becomes of the machine when the process that started it ends without disposing it. Default: it ends too.</summary>
    public WhenProcessDies WhenProcessDies { get; init; } = WhenProcessDies.Kill;

    /// <summary>How many disks can be plugged at once, 0 to 16.</summary>
    public int DiskSlots { get; init; } = 16;

    /// <summary>How many network cards can be plugged at once, 0 to 8.</summary>
    public int NicSlots { get; init; } = 2;

    /// <summary>Set to make a template or to start from one; null for an ordinary cold boot.</summary>
    public MachineMemory? Memory { get; init; }
}
