using System.Collections.Immutable;
using System.Globalization;
using Rx.Vm.Qemu.Processes;
using Rx.Vm.Reactive;

namespace Rx.Vm.Qemu;

/// <summary>Looks at everything the driver needs of a host, for <c>rxvm doctor</c>. Changes nothing but to make the runtime root and, for a
/// root host, the locks beside it.</summary>
public static class MachineDoctor
{
    private static readonly Version Oldest = new(7, 2);

    /// <summary>All findings, the most basic first.</summary>
    /// <param name="options">How this host runs QEMU; null for the defaults.</param>
    /// <param name="ct">Ends a trial start of the emulator that takes too long.</param>
    public static async Task<ImmutableArray<DoctorItem>> ExamineAsync(QemuDriverOptions? options = null, CancellationToken ct = default)
    {
        options ??= new QemuDriverOptions();
        var items = ImmutableArray.CreateBuilder<DoctorItem>();
        items.Add(Kernel(ProcessFeatures.Current));
        await AddEmulator(items, options, ct).ConfigureAwait(false);
        var memory = new AcceleratorMemory(options.CacheDirectory, VmSchedulers.Real.Time);
        var facts = AcceleratorProbe.Gather(memory.Recall(), UserLease.Example(options));
        items.Add(Accelerator(AcceleratorProbe.Decide(Qemu.Accelerator.Auto, facts), facts, options.CacheDirectory));
        items.Add(RuntimeRoot(options.RuntimeRoot));
        items.Add(LeftoverCheck.Examine(options.RuntimeRoot, ct));
        items.Add(BootPlaces(options.LockDirectory));
        items.Add(Sharing());
        return items.ToImmutable();
    }

    /// <summary>
    /// Why this process can't start any machine, in one sentence: too few file descriptors, a <c>/proc</c> that is not its own. Null when
    /// it can. Quick; to be asked first, as a runtime without descriptors fails in ways that nobody understands.
    /// </summary>
    public static string? Obstacle() => Descriptors.Problem();

    /// <summary>What the trial start says, a pure function.</summary>
    internal static ImmutableArray<DoctorItem> OfTrial(string path, EmulatorTrial trial)
    {
        if (trial.Version is not { } version)
        {
            return
            [
                new("qemu", DoctorVerdict.Fatal, $"{path} ends at once with {trial.Exit.Summary}: {trial.Exit.LastWords}",
                    "run it by hand and see"),
            ];
        }

        var tooOld = System.Version.TryParse(version, out var parsed) && parsed < Oldest;
        var confined = trial.Confinement is { SeccompMode: 2, NoNewPrivileges: true };
        var caps = trial.Confinement is { } c
            ? string.Create(CultureInfo.InvariantCulture, $"uid {c.Uid}, capabilities {c.EffectiveCapabilities:x}")
            : "";
        return
        [
            tooOld ? new("qemu", DoctorVerdict.Fatal, $"{path} is {version}", $"install QEMU {Oldest} or later")
                : new("qemu", DoctorVerdict.Good, $"{path} is {version}"),
            confined ? Confined(trial.Confinement!, caps)
                : new("confinement", DoctorVerdict.Fatal, "QEMU runs without its seccomp filter",
                    "use a QEMU built with seccomp, or allow unconfined machines"),
        ];
    }

    /// <summary>What the accelerator choice means, a pure function.</summary>
    internal static DoctorItem Accelerator(AcceleratorChoice choice, AcceleratorFacts facts, string cacheDirectory) => choice.IsHardware
        ? new("accelerator", DoctorVerdict.Good, choice.Explanation)
        : new("accelerator", DoctorVerdict.Bearable, $"{choice.Explanation}; TCG is slower and not a security boundary", facts switch
        {
            { DeviceExists: true, DeviceError: not null } => $"let this user open {AcceleratorProbe.DevicePath} (group kvm)",
            { RememberedFailure: not null, ProcessorFlag: not null } =>
                $"delete '{Path.Combine(cacheDirectory, AcceleratorMemory.FileName)}' to try KVM again",
            { DeviceExists: false } =>
                "enable virtualisation in the firmware and load kvm_intel or kvm_amd, or enable nested virtualisation",
            _ => "run on a host with hardware virtualisation",
        });

    internal static DoctorItem Kernel(ProcessFeatures features) => new(
        "kernel",
        features.Pidfs ? DoctorVerdict.Good : DoctorVerdict.Bearable,
        $"Linux {(ProcFs.ReadSmall("/proc/sys/kernel/osrelease") ?? "of unknown version").Trim()}: {features.Describe()}",
        features.Pidfs ? "" : "Linux 6.9 or later tells a reused pid from the old process");

    private static DoctorItem Confined(Confinement confinement, string caps) => confinement.EffectiveCapabilities != 0
        ? new("confinement", DoctorVerdict.Bearable, $"QEMU runs under its seccomp filter, but with capabilities ({caps})",
            "install setpriv (util-linux), or run as an ordinary user")
        : confinement.Uid == 0 ? new("confinement", DoctorVerdict.Bearable,
            $"QEMU runs under its seccomp filter, but as root, who owns every system file even without capabilities ({caps})",
            $"give this process {PrivilegeDrop.Needs}, or run as an ordinary user")
        : new("confinement", DoctorVerdict.Good, $"QEMU runs under its seccomp filter without new privileges ({caps})");

    private static async Task AddEmulator(ImmutableArray<DoctorItem>.Builder items, QemuDriverOptions options, CancellationToken ct)
    {
        if (EmulatorLocator.Find(options) is not { } path)
        {
            items.Add(new DoctorItem("qemu", DoctorVerdict.Fatal,
                $"{options.Emulator ?? EmulatorLocator.DefaultName} is not there", "install QEMU (package qemu-system-x86)"));
            return;
        }

        try
        {
            items.AddRange(OfTrial(path, await EmulatorTrial.RunAsync(path, options, ct).ConfigureAwait(false)));
        }
        catch (IOException) when (Qemu.RuntimeRoot.ProblemWith(options.RuntimeRoot) is not null)
        {
            items.Add(new DoctorItem("qemu", DoctorVerdict.Fatal, $"{path} was not tried, for want of a runtime directory", "see the runtime directory"));
        }
        catch (IOException e)
        {
            items.Add(new DoctorItem("qemu", DoctorVerdict.Fatal, $"{path} cannot be started: {e.Message}", "reinstall it"));
        }
    }

    private static DoctorItem RuntimeRoot(string root) => Qemu.RuntimeRoot.ProblemWith(root) is { } problem
        ? new("runtime directory", DoctorVerdict.Fatal, problem, "set XDG_RUNTIME_DIR, or name a directory of this user's")
        : new("runtime directory", DoctorVerdict.Good, $"'{root}' is ours alone");

    private static DoctorItem BootPlaces(string directory)
    {
        try
        {
            return BootPlaces(BootSlots.Holders(directory));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new DoctorItem("boot places", DoctorVerdict.Bearable, $"cannot be looked at: {e.Message}", "see the runtime directory");
        }
    }

    /// <summary>What the holders of boot places mean, a pure function: a stopped one keeps the machines of others waiting.</summary>
    internal static DoctorItem BootPlaces(ImmutableArray<BootHolder> holders)
    {
        var stopped = holders.Where(holder => holder.IsStopped).Select(holder => holder.Pid).ToArray();
        return stopped.Length > 0
            ? new("boot places", DoctorVerdict.Bearable,
                $"{holders.Length} taken, {stopped.Length} of them by a process that is stopped (pid {string.Join(", ", stopped)}), which keeps others waiting",
                $"kill -CONT {string.Join(' ', stopped)}, or end it")
            : holders.IsEmpty ? new("boot places", DoctorVerdict.Good, "all free")
            : new("boot places", DoctorVerdict.Good, $"{holders.Length} taken: {string.Join(", ", holders.Select(Describe))}");
    }

    private static string Describe(BootHolder holder) => holder.Pid is { } pid
        ? string.Create(CultureInfo.InvariantCulture, $"pid {pid}")
        : "a process that did not sign";

    private static DoctorItem Sharing() =>
        EmulatorLocator.InPath("virtiofsd", $"{Environment.GetEnvironmentVariable("PATH")}:/usr/libexec:/usr/lib/qemu") is { } path
            ? new("virtiofsd", DoctorVerdict.Good, path)
            : new("virtiofsd", DoctorVerdict.Bearable, "not installed: directories cannot be shared with machines, disks can",
                "install virtiofsd");
}
