using Rx.Vm.Images;

namespace Rx.Vm.Effects;

/// <summary>A container's root file system on its way into the machine.</summary>
/// <param name="Slot">The device slot, which is also the container's position.</param>
/// <param name="Root">The read-only image.</param>
internal sealed record ContainerDisk(int Slot, RootFileSystem Root)
{
    /// <summary>What the guest finds the disk by: never a guessed device letter.</summary>
    public string Serial => $"rx-{Slot}";
}
