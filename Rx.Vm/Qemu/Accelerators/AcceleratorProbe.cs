using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Rx.Vm.Qemu.Processes;

namespace Rx.Vm.Qemu;

/// <summary>
/// Decides between KVM and TCG. A <c>/dev/kvm</c> that opens proves nothing: a software KVM (<c>kvm_pvm</c>) opens, creates machines and
/// then hangs them, so the processor must show the feature as well, and boots that keep failing under KVM are remembered
/// (<see cref="AcceleratorMemory"/>).
/// </summary>
public static class AcceleratorProbe
{
    /// <summary>The device of KVM.</summary>
    public const string DevicePath = "/dev/kvm";

    private const string NotTheirs = "it is for root alone, and machines run as users of their own: give it to a group (kvm)";
    private const string NoFlag = "the processor shows neither vmx nor svm";

    // Read once: a processor does not change. Its flags line is about 2 KiB and comes first; ProcFs reads up to 16 KiB.
    private static readonly Lazy<string?> OwnFlag = new(() => ProcessorFlag(ProcFs.ReadSmall("/proc/cpuinfo") ?? ""));

    /// <summary>The decision, a pure function.</summary>
    /// <param name="wish">What the user asked for.</param>
    /// <param name="facts">What is known.</param>
    public static AcceleratorChoice Decide(Accelerator wish, AcceleratorFacts facts) => wish switch
    {
        Accelerator.Tcg => new(Accelerator.Tcg, "TCG, as asked for"),
        Accelerator.Kvm => Obstacle(facts) is { } obstacle
            ? new(null, $"KVM was asked for, but {obstacle}")
            : new(Accelerator.Kvm, facts.ProcessorFlag is { } flag
                ? $"KVM, as asked for ({DevicePath} opens, the processor shows {flag})"
                : $"KVM, as asked for, although {NoFlag}: {DevicePath} may be a software KVM that cannot boot a guest"),
        Accelerator.Auto => Obstacle(facts) is { } obstacle ? new(Accelerator.Tcg, $"TCG, because {obstacle}")
            : facts.ProcessorFlag is null
                ? new(Accelerator.Tcg, $"TCG, because {DevicePath} opens but {NoFlag}: a software KVM, not to be trusted")
            : facts.RememberedFailure is { } failure
                ? new(Accelerator.Tcg, $"TCG, because two boots under KVM failed here within a day, the last one so: {failure}")
            : new(Accelerator.Kvm, $"KVM ({DevicePath} opens, the processor shows {facts.ProcessorFlag})"),
    };

    /// <summary>Looks at this host. Opens and closes <c>/dev/kvm</c>; creates nothing.</summary>
    /// <param name="rememberedFailure">What <see cref="AcceleratorMemory.Recall"/> said.</param>
    public static AcceleratorFacts Gather(string? rememberedFailure = null) => Gather(rememberedFailure, null);

    /// <summary>The same for machines that run as another user, who has to open the device.</summary>
    internal static AcceleratorFacts Gather(string? rememberedFailure, QemuUser? user)
    {
        var exists = File.Exists(DevicePath);
        return new AcceleratorFacts(
            RuntimeInformation.OSArchitecture == Architecture.X64,
            exists,
            !exists ? "no such device"
                : OpenError() ?? (user is null || PrivilegeDrop.DeviceAccess(user).Opens ? null : NotTheirs),
            OwnFlag.Value,
            rememberedFailure);
    }

    /// <summary>Which of <c>vmx</c> and <c>svm</c> the first processor's flags hold; null for neither.</summary>
    /// <param name="cpuInfo">The text of <c>/proc/cpuinfo</c>.</param>
    public static string? ProcessorFlag(string cpuInfo)
    {
        foreach (var line in cpuInfo.Split('\n'))
        {
            if (line.StartsWith("flags", StringComparison.Ordinal) && line.IndexOf(':') is var colon and > 0)
            {
                var flags = line[(colon + 1)..].Split(' ', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
                return flags.Contains("vmx") ? "vmx" : flags.Contains("svm") ? "svm" : null;
            }
        }

        return null;
    }

    private static string? Obstacle(AcceleratorFacts facts) =>
        !facts.SameArchitecture ? "the host's processor is not an x86-64"
        : !facts.DeviceExists ? $"there is no {DevicePath}"
        : facts.DeviceError is { } error ? $"{DevicePath} cannot be opened: {error}"
        : null;

    private static string? OpenError()
    {
        try
        {
            using var device = File.OpenHandle(DevicePath, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}
