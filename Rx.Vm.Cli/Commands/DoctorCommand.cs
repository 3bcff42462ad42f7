using System.CommandLine;
using Rx.Vm.Images;
using Rx.Vm.Images.Boot;
using Rx.Vm.Qemu;

namespace Rx.Vm.Cli.Commands;

/// <summary><c>rxvm doctor</c>: what this machine has and lacks for running pods, and what to do about it.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor", "Tell what this machine has and lacks; exit code 1 when something needed is missing.");
        command.SetAction(async (parsed, ct) =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var images = new ImageStoreOptions();
            var items = new List<DoctorItem>(await MachineDoctor.ExamineAsync(
                new QemuDriverOptions { CacheDirectory = images.Directory }, ct).ConfigureAwait(false));
            items.Add(BootFiles(images));
            items.Add(Imported(images));
            foreach (var item in items)
            {
                output.WriteLine($"{Mark(item.Verdict),-5} {item.Name,-16} {Complaint.OneLine(item.Detail)}");
                if (item.Verdict != DoctorVerdict.Good && item.Remedy.Length > 0)
                {
                    output.WriteLine($"      {"",-16} → {Complaint.OneLine(item.Remedy)}");
                }
            }

            return items.Exists(item => item.Verdict == DoctorVerdict.Fatal) ? 1 : 0;
        });
        return command;
    }

    private static DoctorItem BootFiles(ImageStoreOptions images)
    {
        try
        {
            return new BootFileStore(images, CliScheduler.Instance).Find() is { } files
                ? new DoctorItem("boot files", DoctorVerdict.Good, $"kernel {files.KernelVersion}, {files.KernelPath}")
                : new DoctorItem("boot files", DoctorVerdict.Fatal, $"no kernel and initramfs in {images.Directory}", "./rx setup");
        }
        catch (ImageException e)
        {
            return new DoctorItem("boot files", DoctorVerdict.Fatal, e.Message, "./rx setup");
        }
    }

    private static DoctorItem Imported(ImageStoreOptions images)
    {
        try
        {
            var names = new ImageStore(images, CliScheduler.Instance).List().Select(i => i.Name).ToArray();
            return names.Length > 0
                ? new DoctorItem("images", DoctorVerdict.Good, string.Join(", ", names))
                : new DoctorItem("images", DoctorVerdict.Bearable, "none is imported", "./rx image import NAME PATH");
        }
        catch (ImageException e)
        {
            return new DoctorItem("images", DoctorVerdict.Fatal, e.Message, "./rx setup");
        }
    }

    private static string Mark(DoctorVerdict verdict) => verdict switch
    {
        DoctorVerdict.Good => "ok",
        DoctorVerdict.Bearable => "note",
        DoctorVerdict.Fatal => "LACKS",
    };
}
