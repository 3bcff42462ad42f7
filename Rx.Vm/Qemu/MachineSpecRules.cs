using Rx.Vm.Native;
using Rx.Vm.Text;

namespace Rx.Vm.Qemu;

/// <summary>What a machine specification must keep to before anything is made of it.</summary>
internal static class MachineSpecRules
{
    private const int MaxAppend = 1024;

    /// <summary>Throws for an id that may not name a directory.</summary>
    public static void CheckId(string id)
    {
        if (!Identifiers.IsValid(id))
        {
            throw new VmDirectoryException(BadId(id));
        }
    }

    /// <summary>The first broken rule, or null.</summary>
    public static string? Broken(MachineSpec spec) =>
        !Identifiers.IsValid(spec.Id) ? BadId(spec.Id)
        : spec.MemoryMiB is < 32 or > 1 << 20 ? $"{spec.MemoryMiB} MiB of memory is not within 32 to 1048576"
        : spec.Cpus is < 1 or > 64 ? $"{spec.Cpus} processors is not within 1 to 64"
        : spec.DiskSlots is < 0 or > DiskHotplug.Slots ? $"{spec.DiskSlots} disk slots is not within 0 to {DiskHotplug.Slots}"
        : spec.NicSlots is < 0 or > NicHotplug.Slots ? $"{spec.NicSlots} network card slots is not within 0 to {NicHotplug.Slots}"
        : EnumRules.Complaint(spec.Accelerator) is { } accelerator ? $"the accelerator {accelerator}"
        : EnumRules.Complaint(spec.WhenProcessDies) is { } ending ? $"what becomes of the machine when its host's process dies: {ending}"
        : spec.Memory is { } file && EnumRules.Complaint(file.Role) is { } role ? $"the role of the memory file: {role}"
        : BrokenAppend(spec.ExtraAppend) ?? BrokenPath("kernel", spec.KernelPath) ?? BrokenPath("initramfs", spec.InitrdPath)
            ?? (spec.Memory is { } memory ? BrokenPath("memory file", memory.FilePath) : null);

    /// <summary>The first file that must exist and does not, or null.</summary>
    public static string? Missing(MachineSpec spec) =>
        Missing("kernel", spec.KernelPath) ?? Missing("initramfs", spec.InitrdPath)
        ?? (spec.Memory is { Role: MachineMemoryRole.Clone } memory ? Missing("memory file", memory.FilePath) : null);

    // A pipe or a device is there, and opening it can wait for ever.
    private static string? Missing(string what, string path) =>
        !File.Exists(path) ? $"the {what} '{path}' is not there"
        : PosixFiles.RealPath(path) is { } real && PosixFiles.Stamp(real) is { IsFile: true } ? null
        : $"the {what} '{path}' is no ordinary file";

    private static string BadId(string id) => $"the machine id {Identifiers.Complaint(id)}";

    private static string? BrokenAppend(string append) =>
        append.Length > MaxAppend ? $"the kernel command line is extended by {append.Length} characters; {MaxAppend} are allowed"
        : append.Any(static c => c is < ' ' or > '~') ? "the kernel command line may be extended by printable ASCII only"
        : null;

    private static string? BrokenPath(string what, string path) =>
        !Path.IsPathFullyQualified(path) ? $"the path of the {what}, {CleanText.Quote(path)}, is not absolute"
        : path.Contains('\0') ? $"the path of the {what} holds a NUL"
        : null;
}
