using System.Collections.Immutable;
using Rx.Vm.Images;
using Rx.Vm.Images.Boot;
using Rx.Vm.Qemu;

namespace Rx.Vm;

/// <summary>What a host needs and has, each finding with what to do about it.</summary>
internal static class HostProbe
{
    private const string Setup = "rxvm setup (in a clone: ./rx setup)";

    /// <summary>All findings, the most basic first.</summary>
    /// <param name="options">The host.</param>
    /// <param name="driver">Its driver; null for QEMU's where that cannot be made.</param>
    /// <param name="isLinux">Whether this is Linux.</param>
    /// <param name="ct">Gives up a trial start of the emulator.</param>
    public static async Task<ImmutableArray<DoctorItem>> ExamineAsync(
        VmHostOptions options, IMachineDriver? driver, bool isLinux, CancellationToken ct)
    {
        if (driver is null || (!isLinux && (driver.Needs & (MachineNeeds.BootFiles | MachineNeeds.Images)) != 0))
        {
            // Whatever else there is to look at can't even be asked for.
            return [new DoctorItem("system", DoctorVerdict.Fatal, LinuxOnly.Complaint("A machine of QEMU's"), "run it on Linux")];
        }

        var items = ImmutableArray.CreateBuilder<DoctorItem>();
        try
        {
            options.Validate();
        }
        catch (RxVmException e)
        {
            items.Add(new DoctorItem("options", DoctorVerdict.Fatal, e.Message, "no host opens with these options: correct them"));
        }

        if (driver is QemuDriver qemu)
        {
            items.Add(OfResources(Descriptors.Problem()));
            items.AddRange(await MachineDoctor.ExamineAsync(qemu.Options, ct).ConfigureAwait(false));
        }

        if (driver.Needs.HasFlag(MachineNeeds.BootFiles))
        {
            items.Add(BootFiles(options));
        }

        if (driver.Needs.HasFlag(MachineNeeds.Images))
        {
            items.Add(Imported(options));
        }

        return items.DrainToImmutable();
    }

    private static DoctorItem OfResources(string? problem) => problem is null
        ? new("resources", DoctorVerdict.Good, "file descriptors are left, and /proc is ours")
        : new("resources", DoctorVerdict.Fatal, problem, "do as it says, then start again");

    private static DoctorItem BootFiles(VmHostOptions options)
    {
        try
        {
            return new BootFileStore(options.Images, options.Schedulers.Time).Find() is { } files
                ? new DoctorItem("boot files", DoctorVerdict.Good, $"kernel {files.KernelVersion}, {files.KernelPath}")
                : new DoctorItem("boot files", DoctorVerdict.Fatal, $"no kernel and initramfs in {options.Images.Directory}", Setup);
        }
        catch (RxVmException e)
        {
            return new DoctorItem("boot files", DoctorVerdict.Fatal, e.Message, Setup);
        }
    }

    private static DoctorItem Imported(VmHostOptions options)
    {
        try
        {
            var names = new ImageStore(options.Images, options.Schedulers.Time).List().Select(i => i.Name).ToArray();
            return names.Length > 0
                ? new DoctorItem("images", DoctorVerdict.Good, string.Join(", ", names))
                : new DoctorItem("images", DoctorVerdict.Bearable, "none is imported", "rxvm image import NAME PATH");
        }
        catch (RxVmException e)
        {
            return new DoctorItem("images", DoctorVerdict.Fatal, e.Message, Setup);
        }
    }
}
