using Rx.Vm.Lifecycle;

namespace Rx.Vm.Cli.Terminal;

/// <summary>What a machine does, for people.</summary>
internal static class PhaseWords
{
    /// <summary>The words, to stand behind "still" as well.</summary>
    public static string Of(VmPhase phase, bool isQueued) => isQueued ? "waiting for others to boot" : phase switch
    {
        VmPhase.Preparing => "preparing the images",
        VmPhase.Booting => "booting the machine",
        VmPhase.Init => "getting the machine ready",
        VmPhase.Starting => "starting the pod",
        VmPhase.Running => "running",
        VmPhase.Stopping => "stopping the pod",
        VmPhase.Cleaning => "detaching the pod's disks",
        VmPhase.Terminating => "shutting the machine down",
        VmPhase.Destroying => "waiting for the machine's process to end",
        VmPhase.Gone => "gone",
    };
}
