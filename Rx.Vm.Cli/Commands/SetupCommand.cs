using System.CommandLine;
using Rx.Vm.Cli.Setup;
using Rx.Vm.Images;
using Rx.Vm.Images.Boot;

namespace Rx.Vm.Cli.Commands;

/// <summary><c>rxvm setup</c>: what machines boot from and a first image, in the cache of whoever calls it.</summary>
internal static class SetupCommand
{
    private const string BusyboxName = "busybox";

    public static Command Create()
    {
        var init = OptionValues.File("--init", "The guest's init. Default: the one this program carries.");
        var kernel = new Option<string?>("--kernel-dir")
        {
            Description = "An unpacked kernel package: boot/vmlinuz-VERSION and lib/modules/VERSION. Default: Debian's cloud kernel, downloaded.",
            CustomParser = OptionValues.Path,
        };
        var busybox = OptionValues.File(
            "--busybox", "A static busybox for the image of that name. Default: this machine's, else Debian's, downloaded.");
        var command = new Command("setup", "Make what machines boot from, and the image 'busybox'. Done again, it renews both.") { init, kernel, busybox };
        command.SetAction((parsed, _) => StoreFailures.ReportAsync(parsed, async ct =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var guest = Path.GetFullPath(parsed.GetValue(init) ?? Carried());
            using var work = new TemporaryFolder();
            var tree = parsed.GetValue(kernel) is { } given ? Path.GetFullPath(given) : await DebianPackage.KernelAsync(work, ct).ConfigureAwait(false);
            var store = new BootFileStore(new ImageStoreOptions(), CliScheduler.Instance);
            var files = await store.PrepareAsync(guest, KernelPackage.Open(tree), ct).ConfigureAwait(false);
            output.WriteLine($"kernel    {files.KernelVersion}");
            output.WriteLine($"image     {files.KernelPath}");
            output.WriteLine($"initramfs {files.InitramfsPath}");

            var program = parsed.GetValue(busybox) is { } own ? Path.GetFullPath(own) : await BusyboxImage.FindAsync(work, ct).ConfigureAwait(false);
            var archive = await BusyboxImage.WriteAsync(program, work, ct).ConfigureAwait(false);
            var images = new ImageStore(new ImageStoreOptions(), CliScheduler.Instance);
            var image = await images.ImportAsync(BusyboxName, archive, ct).ConfigureAwait(false);
            output.WriteLine($"{BusyboxName}   {image.Path}");
        }));
        return command;
    }

    private static string Carried()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "guest", "rxvm-init");
        return File.Exists(path)
            ? path
            : throw new ImageException(ImageError.NotFound, path, "This build of rxvm carries no guest init: give one with --init, or call './rx setup'.");
    }
}
