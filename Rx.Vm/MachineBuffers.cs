using Rx.Vm.Guest;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Pods;
using Rx.Vm.Qemu;

namespace Rx.Vm;

/// <summary>What machines can make their host hold in memory, beside the machines themselves.</summary>
public static class MachineBuffers
{
    /// <summary>Largest reply or event of a machine's monitor that is taken.</summary>
    internal const int MonitorFrame = 1 << 20;

    private const long QueuedCommands = 4 << 20;
    private const long ConsoleLines = 200 * 4096 * sizeof(char);

    /// <summary>
    /// The bytes that one machine's buffers take at most, with as many containers as a pod can have, nobody reading, and a guest that sends
    /// whatever fills them: control frames, all streams together, console, monitor. Of further processes (exec) 8 KiB each come on top.
    /// </summary>
    public const long MostPerMachine = WireLimits.ControlFrameToHost + QueuedCommands + MonitorFrame + ConsoleLines
        + StreamBudget.PerMachine + 2 * PodSpec.MaxContainers * ByteRing.Free;

    /// <summary>The limit where none was set.</summary>
    internal static long DefaultMemory(MachineNeeds needs) =>
        needs.HasFlag(MachineNeeds.BootFiles) ? Math.Max(MostPerMachine, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2) : long.MaxValue;

    /// <summary>Throws when so many machines could take more than <paramref name="memory"/>.</summary>
    internal static void Check(int machines, long memory)
    {
        if (machines > memory / MostPerMachine)
        {
            throw new RxVmException(
                $"{machines} machines may need {machines * (MostPerMachine >> 20)} MiB for buffers and {memory >> 20} MiB are allowed "
                + $"({nameof(VmHostOptions)}.{nameof(VmHostOptions.BufferMemory)})");
        }
    }
}
