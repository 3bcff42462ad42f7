namespace Rx.Vm.Images.Boot;

/// <summary>What a virtual machine boots from. All files are shared by many machines and never written to.</summary>
/// <param name="KernelVersion">The kernel's release.</param>
/// <param name="ImagePath">The compressed kernel, a bzImage.</param>
/// <param name="ElfPath">The same kernel as an ELF file, which QEMU starts faster; null when it could not be extracted.</param>
/// <param name="InitramfsPath">The first root file system.</param>
/// <param name="Digest">SHA-256 over all of it, 64 lower-case hexadecimal digits: the same for machines that boot the same.</param>
public sealed record BootFiles(string KernelVersion, string ImagePath, string? ElfPath, string InitramfsPath, string Digest)
{
    /// <summary>The kernel to give to QEMU: the ELF file where there is one.</summary>
    public string KernelPath => ElfPath ?? ImagePath;
}
