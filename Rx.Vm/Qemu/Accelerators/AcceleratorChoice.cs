namespace Rx.Vm.Qemu;

/// <summary>Which accelerator a machine gets, and why.</summary>
/// <param name="Use">KVM or TCG; null when KVM was asked for by name and cannot be used.</param>
/// <param name="Explanation">One sentence for people.</param>
public sealed record AcceleratorChoice(Accelerator? Use, string Explanation)
{
    /// <summary>Whether the guest runs on the hardware.</summary>
    public bool IsHardware => Use == Accelerator.Kvm;
}
