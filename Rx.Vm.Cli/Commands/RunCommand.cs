using System.CommandLine;
using Rx.Vm.Cli.Running;
using Rx.Vm.Cli.Streams;
using Rx.Vm.Qemu;

namespace Rx.Vm.Cli.Commands;

/// <summary><c>rxvm run SPEC.json</c>.</summary>
internal static class RunCommand
{
    public const string Name = "run";

    /// <summary>What <c>--memory</c> takes, in MiB: as much as a machine may have.</summary>
    internal const int LeastMemory = 96;

    /// <inheritdoc cref="LeastMemory"/>
    internal const int MostMemory = 1 << 20;

    /// <summary>The most that <c>--cpus</c> takes.</summary>
    internal const int MostCpus = 64;

    public static Command Create()
    {
        var spec = new Argument<string>("spec") { Description = "The pod spec in JSON; '-' reads standard input.", CustomParser = OptionValues.Path };
        var events = OptionValues.File(
            "--events", "Write one JSON line per published state to this file. A pipe is waited for until somebody reads it.");
        var journal = OptionValues.File(
            "--journal",
            "Record the machine's events in this file, for 'rxvm replay'; an older journal there is replaced, one of a later format is not.");
        var interactive = new Option<bool>("--interactive", "-i") { Description = "Forward standard input to the first container." };
        var memory = OptionValues.Number(
            "--memory", "Guest memory in MiB, at least what the spec asks for (default: that, else 256).", "MiB", LeastMemory, MostMemory);
        var cpus = OptionValues.Number(
            "--cpus", "Virtual processors, at least what the spec asks for (default: that, else 1).", "n", 1, MostCpus);
        var kernel = OptionValues.File("--kernel", "The kernel to boot.");
        var initrd = OptionValues.File("--initrd", "The initramfs to boot.");
        var append = new Option<string?>("--append") { Description = "Added to the kernel command line.", HelpName = "text" };
        var accel = OptionValues.Name("--accel", "Auto, Kvm or Tcg.", Accelerator.Auto);
        var isolation = new Option<bool>("--require-isolation")
        {
            Description = "Refuse to run without hardware virtualisation: translation is not a security boundary.",
        };
        var driver = OptionValues.Name(
            "--driver",
            "Qemu, or Sim: a simulated machine, for trying specs out; no image, kernel or QEMU is needed.",
            MachineDriver.Qemu);
        var timeout = OptionValues.Seconds("--timeout", "Stop the pod in order after this many seconds, with exit code 124.");
        var hostDies = OptionValues.Name(
            "--when-host-dies",
            "Kill: the machine ends with rxvm, whatever ends it. Keep: it runs on when rxvm is killed; see 'rxvm gc'.",
            WhenProcessDies.Kill);
        var verbose = new Option<bool>("--verbose") { Description = "The log, with every change of the machine, on standard error." };
        var command = new Command(Name, "Run a pod in a machine of its own; the exit code is the pod's.")
        {
            spec, events, journal, interactive, memory, cpus, kernel, initrd, append, accel, isolation, driver, timeout, hostDies,
            verbose,
        };
        command.SetAction((parsed, ct) =>
        {
            var settings = new RunSettings(
                parsed.GetRequiredValue(spec),
                parsed.GetValue(events),
                parsed.GetValue(interactive),
                parsed.GetValue(timeout),
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
            return new PodRunner(settings, StandardText.Error).RunAsync(ct);
        });
        return command;
    }

    // The machine knows no working directory.
    private static string? Absolute(string? path) => path is null ? null : Path.GetFullPath(path);
}
