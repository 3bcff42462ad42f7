using Rx.Vm.Lifecycle;
using Rx.Vm.Machines;
using Rx.Vm.Pods.Folds;

namespace Rx.Vm.Fold;

/// <summary>The public face: the ten phases as a table over machine and pod, and two facts beside them.</summary>
internal static class Faces
{
    /// <summary>The public phase.</summary>
    public static VmPhase Of(MachineCore machine, PodCore pod) => (machine.Phase, machine.How, pod.Phase) switch
    {
        (MachinePhase.Preparing, _, _) => VmPhase.Preparing,
        (MachinePhase.Booting, _, _) => VmPhase.Booting,
        (MachinePhase.Ready or MachinePhase.Paused, _, PodPhase.None) => VmPhase.Init,
        (MachinePhase.Ready or MachinePhase.Paused, _, PodPhase.Waiting or PodPhase.Plugging or PodPhase.Attaching or PodPhase.Starting) => VmPhase.Starting,
        (MachinePhase.Ready or MachinePhase.Paused, _, PodPhase.Running) => VmPhase.Running,
        (MachinePhase.Ready or MachinePhase.Paused, _, PodPhase.Stopping) => VmPhase.Stopping,
        (MachinePhase.Ready or MachinePhase.Paused, _, PodPhase.Cleaning or PodPhase.Detaching or PodPhase.Rescanning) => VmPhase.Cleaning,
        (MachinePhase.Ready or MachinePhase.Paused, _, PodPhase.Cut or PodPhase.Lost) => VmPhase.Terminating,
        (MachinePhase.Ending, EndStage.Thaw or EndStage.PodFirst or EndStage.Quit or EndStage.Quitting, not PodPhase.None) => VmPhase.Terminating,
        (MachinePhase.Ending or MachinePhase.Releasing, _, _) => VmPhase.Destroying,
        (MachinePhase.Gone, _, _) => VmPhase.Gone,
    };

    /// <summary>Whether the guest answers; a machine without a guest that could does not.</summary>
    public static bool IsResponsive(MachineCore machine) => machine is { Guest: true, Process: ProcessState.Running, Silent: false } && !IsPaused(machine);

    /// <summary>Whether the processors stand still.</summary>
    public static bool IsPaused(MachineCore machine) => machine is { Phase: MachinePhase.Paused, Freezing: not Freezing.Stopping }
        or { Phase: MachinePhase.Ending, How: EndStage.Thaw };
}
