namespace Rx.Vm.Qemu;

/// <summary>What a machine does with its memory file.</summary>
public enum MachineMemoryRole
{
    /// <summary>Writes reach the file: boot, stop, save the device state, and the pair is a template.</summary>
    Template,

    /// <summary>
    /// The file is mapped privately and the machine waits for <c>migrate-incoming</c> (capability <c>x-ignore-shared</c>) and <c>cont</c>.
    /// </summary>
    Clone,
}
