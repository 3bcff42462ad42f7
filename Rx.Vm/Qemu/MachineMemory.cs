namespace Rx.Vm.Qemu;

/// <summary>Guest memory kept in a file, so that a booted machine can be saved and cloned.</summary>
/// <param name="FilePath">The memory file; created with the guest's memory size when <paramref name="Role"/> is <see
/// cref="MachineMemoryRole.Template"/>.</param>
/// <param name="Role">Whether the machine fills the file or starts from it.</param>
public sealed record MachineMemory(string FilePath, MachineMemoryRole Role);
