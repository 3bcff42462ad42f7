using Rx.Vm.Pods;

namespace Rx.Vm;

/// <summary>How large a machine is.</summary>
/// <param name="MemoryMiB">Guest memory in MiB.</param>
/// <param name="Cpus">Virtual processors.</param>
internal readonly record struct MachineSize(int MemoryMiB, int Cpus)
{
    /// <summary>
    /// The least memory. Measured with the kernel that setup installs: below 80 MiB it panics for want of memory, at 80 MiB it boots and
    /// one small pod finds 18 MiB free; the rest is a margin for more processors, modules and later kernels.
    /// </summary>
    public const int LeastMemoryMiB = 96;

    /// <summary>The most memory: 1 TiB.</summary>
    public const int MostMemoryMiB = 1 << 20;

    /// <summary>The most processors.</summary>
    public const int MostCpus = 64;

    /// <summary>The size of a machine of which nothing was said.</summary>
    public static MachineSize Default { get; } = new(256, 1);

    /// <summary>What a pod that wants <paramref name="wanted"/> would miss in this machine, in words; null when it fits.</summary>
    public string? Lacking(PodResources wanted)
    {
        var memory = wanted.Memory > MemoryMiB ? $"{wanted.Memory} MiB of memory, the machine has {MemoryMiB}" : null;
        var cpus = wanted.Vcpu > Cpus ? $"{wanted.Vcpu} processors, the machine has {Cpus}" : null;
        return memory is null ? cpus : cpus is null ? memory : $"{memory}, and {cpus}";
    }
}
