using System.CommandLine;
using Rx.Vm.Images;
using Rx.Vm.Images.Boot;

namespace Rx.Vm.Cli.Commands;

/// <summary><c>rxvm setup-files</c>: makes what virtual machines boot from. Called by <c>./rx setup</c>.</summary>
internal static class SetupCommand
{
    public static Command Create()
    {
        var init = new Option<string>("--init") { Description = "The published guest init.", Required = true };
        var kernel = new Option<string>("--kernel-dir")
        {
            Description = "An unpacked kernel package: boot/vmlinuz-VERSION and lib/modules/VERSION.", Required = true,
        };
        var command = new Command("setup-files", "Make the initramfs and the kernel image in the cache.") { init, kernel };
        command.Hidden = true;
        command.SetAction((parsed, ct) => StoreFailures.ReportAsync(parsed, async () =>
        {
            var store = new BootFileStore(new ImageStoreOptions(), CliScheduler.Instance);
            var package = KernelPackage.Open(Path.GetFullPath(parsed.GetRequiredValue(kernel)));
            var files = await store.PrepareAsync(Path.GetFullPath(parsed.GetRequiredValue(init)), package, ct).ConfigureAwait(false);
            var output = parsed.InvocationConfiguration.Output;
            output.WriteLine($"kernel    {files.KernelVersion}");
            output.WriteLine($"image     {files.KernelPath}");
            output.WriteLine($"initramfs {files.InitramfsPath}");
        }));
        return command;
    }
}
