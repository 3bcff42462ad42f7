using Rx.Vm.Pods;

namespace Rx.Vm;

/// <summary>
/// Settles the size of one machine, once: whatever its maker left open is taken from the first request that boots it, and stays. From then
/// on whether a pod fits is a question of two facts that never change, asked before its request enters the inbox; so no machine is booted
/// with a size that a pod in it did not get.
/// </summary>
/// <param name="memoryMiB">What the maker said; null leaves it open.</param>
/// <param name="cpus">What the maker said; null leaves it open.</param>
internal sealed class MachineSizing(int? memoryMiB, int? cpus)
{
    private readonly Lock _gate = new();
    private MachineSize? _settled;

    /// <summary>The size, settled by now or as it is when nobody asks for more.</summary>
    public MachineSize Settle()
    {
        lock (_gate)
        {
            return _settled ??= For(new PodResources());
        }
    }

    /// <summary>What a pod that wants <paramref name="wanted"/> would miss in the machine, in words; null when it would fit.</summary>
    public string? Lacking(PodResources wanted)
    {
        lock (_gate)
        {
            return For(wanted).Lacking(wanted);
        }
    }

    /// <summary>As <see cref="Lacking"/>; when it fits the size is settled.</summary>
    public string? Claim(PodResources wanted)
    {
        lock (_gate)
        {
            var size = For(wanted);
            var lacking = size.Lacking(wanted);
            _settled ??= lacking is null ? size : null;
            return lacking;
        }
    }

    private MachineSize For(PodResources wanted) => _settled ?? new MachineSize(
        memoryMiB ?? wanted.Memory ?? MachineSize.Default.MemoryMiB,
        cpus ?? wanted.Vcpu ?? MachineSize.Default.Cpus);
}
