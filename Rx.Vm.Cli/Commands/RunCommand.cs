using System.CommandLine;
using System.Globalization;
using Rx.Vm.Cli.Running;
using Rx.Vm.Cli.Streams;
using Rx.Vm.Qemu;

namespace Rx.Vm.Cli.Commands;

/// <summary><c>rxvm run SPEC.json</c>.</summary>
internal static class RunCommand
{
    public const string Name = "run";

    public static Command Create()
    {
        var spec = new Argument<string>("spec") { Description = "The pod spec in JSON; '-' reads standard input." };
        var events = new Option<string?>("--events") { Description = "Write one JSON line per published state to this file.", HelpName = "file" };
        var journal = new Option<string?>("--journal")
        {
            Description = "Record the machine's events in this file, for 'rxvm replay'; an older journal there is replaced.",
            HelpName = "file",
        };
        var interactive = new Option<bool>("--interactive", "-i") { Description = "Forward standard input to the first container." };
        var memory = new Option<int?>("--memory")
        {
            Description = "Guest memory in MiB, at least what the spec asks for (default: that, else 256).", HelpName = "MiB",
        };
        var cpus = new Option<int?>("--cpus") { Description = "Virtual processors, at least what the spec asks for (default: that, else 1).", HelpName = "n" };
        var kernel = new Option<string?>("--kernel") { Description = "The kernel to boot.", HelpName = "file" };
        var initrd = new Option<string?>("--initrd") { Description = "The initramfs to boot.", HelpName = "file" };
        var append = new Option<string?>("--append") { Description = "Added to the kernel command line.", HelpName = "text" };
        var accel = new Option<Accelerator>("--accel") { Description = "Auto, Kvm or Tcg.", DefaultValueFactory = _ => Accelerator.Auto };
        var isolation = new Option<bool>("--require-isolation")
        {
            Description = "Refuse to run without hardware virtualisation: translation is not a security boundary.",
        };
        var driver = new Option<MachineDriver>("--driver")
        {
            Description = "Qemu, or Sim: a simulated machine, for trying specs out; no image, kernel or QEMU is needed.",
            DefaultValueFactory = _ => MachineDriver.Qemu,
        };
        var timeout = new Option<string?>("--timeout") { Description = "Stop after this many seconds, with exit code 124.", HelpName = "seconds" };
        var hostDies = new Option<WhenProcessDies>("--when-host-dies")
        {
            Description = "Kill: the machine ends with rxvm, whatever ends it. Keep: it runs on when rxvm is killed; see 'rxvm gc'.",
            HelpName = "kill|keep",
            DefaultValueFactory = _ => WhenProcessDies.Kill,
        };
        var verbose = new Option<bool>("--verbose") { Description = "The log, with every change of the machine, on standard error." };
        var command = new Command(Name, "Run a pod in a machine of its own; the exit code is the pod's.")
        {
            spec, events, journal, interactive, memory, cpus, kernel, initrd, append, accel, isolation, driver, timeout, hostDies,
            verbose,
        };
        command.SetAction((parsed, ct) =>
        {
            var error = StandardText.Error;
            try
            {
                var settings = new RunSettings(
                    parsed.GetRequiredValue(spec),
                    parsed.GetValue(events),
                    parsed.GetValue(interactive),
                    Seconds(parsed.GetValue(timeout)),
                    parsed.GetValue(verbose),
                    parsed.GetValue(driver),
                    new VmOptions
                    {
                        Memory = parsed.GetValue(memory)?.MiB(),
                        Cpus = parsed.GetValue(cpus),
                        KernelPath = Absolute(parsed.GetValue(kernel)),
                        InitrdPath = Absolute(parsed.GetValue(initrd)),
                        KernelAppend = parsed.GetValue(append) ?? "",
                        Accelerator = parsed.GetValue(accel),
                        RequireIsolation = parsed.GetValue(isolation),
                        WhenProcessDies = parsed.GetValue(hostDies),
                        JournalPath = parsed.GetValue(journal),
                    });
                return new PodRunner(settings, error).RunAsync(ct);
            }
            catch (RxVmException e)
            {
                Complaint.Write(error, e.Message);
                return Task.FromResult(ExitCodes.Failed);
            }
        });
        return command;
    }

    // The machine knows no working directory. An empty name is left for the complaint about it.
    private static string? Absolute(string? path) => string.IsNullOrEmpty(path) ? path : Path.GetFullPath(path);

    private static TimeSpan? Seconds(string? text)
    {
        if (text is null)
        {
            return null;
        }

        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 86_400
            ? TimeSpan.FromSeconds(seconds)
            : throw new RxVmException($"--timeout {text}: must be seconds, more than 0 and at most a day");
    }
}
