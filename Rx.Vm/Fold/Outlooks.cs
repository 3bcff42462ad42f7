using Rx.Vm.Lifecycle;
using Rx.Vm.Machines;
using Rx.Vm.Pods.Folds;

namespace Rx.Vm.Fold;

/// <summary>
/// What targets let requests hope for: functions of a core, judged when all else is quiet. A level may have passed by then, so every target
/// keeps its outcome: a stop that was followed by a shutdown within one step still hears that it has succeeded.
/// </summary>
internal static class Outlooks
{
    /// <summary>Of a request to the machine.</summary>
    public static Outlook Of(MachineCore machine, RequestKind kind) => kind switch
    {
        RequestKind.Boot => Outlook.Good,
        RequestKind.Shutdown or RequestKind.Kill => machine.Phase == MachinePhase.Gone ? Outlook.Good : Outlook.Open,
        RequestKind.Pause => machine.Phase switch
        {
            MachinePhase.Paused => machine.Freezing == Freezing.Stopping ? Outlook.Open : Outlook.Good,
            MachinePhase.Preparing or MachinePhase.Booting or MachinePhase.Ready => Outlook.Bad,
            MachinePhase.Ending or MachinePhase.Releasing or MachinePhase.Gone => Outlook.Gone,
        },
        RequestKind.Resume => machine.Phase switch
        {
            MachinePhase.Ready => Outlook.Good,
            MachinePhase.Paused => machine.Freezing == Freezing.Continuing ? Outlook.Open : Outlook.Bad,
            MachinePhase.Preparing or MachinePhase.Booting => Outlook.Bad,
            MachinePhase.Ending or MachinePhase.Releasing or MachinePhase.Gone => Outlook.Gone,
        },
        _ => Outlook.Gone,
    };

    /// <summary>Of a request to run the pod.</summary>
    public static Outlook OfRun(PodCore pod) => pod.Next ? Outlook.Open : pod.Phase switch
    {
        PodPhase.Waiting or PodPhase.Plugging or PodPhase.Attaching or PodPhase.Starting => Outlook.Open,
        _ => pod.Ran ? Outlook.Good : pod.Outcome == PodOutcome.Lost ? Outlook.Gone : Outlook.Bad,
    };

    /// <summary>Of a request to stop it.</summary>
    public static Outlook OfStop(PodCore pod) => pod.Phase switch
    {
        PodPhase.None or PodPhase.Cut or PodPhase.Lost => pod.Outcome switch
        {
            PodOutcome.Done => Outlook.Good,
            PodOutcome.Failed => pod.Phase == PodPhase.None && pod.Asked ? Outlook.Good : Outlook.Bad,
            PodOutcome.Lost or PodOutcome.None => pod.Fault == PodFault.None ? Outlook.Gone : Outlook.Bad,
        },
        _ => pod.Stuck && pod.Outcome != PodOutcome.Done ? Outlook.Bad : Outlook.Open,
    };

    /// <summary>Of a request to add a container; null: there is none such any more.</summary>
    public static Outlook OfAdd(ContainerCore? container) => container switch
    {
        null => Outlook.Gone,
        { Once: true } => Outlook.Good,
        { Taken: true } => Outlook.Gone,
        { Phase: ContainerPhase.Removed or ContainerPhase.Stuck } or { StuckOut: true } => Outlook.Bad,
        { Phase: ContainerPhase.Exited, Doomed: false } => Outlook.Bad,
        _ => Outlook.Open,
    };

    /// <summary>Of a request to remove one.</summary>
    public static Outlook OfRemove(ContainerCore? container) => container switch
    {
        null => Outlook.Gone,
        { Taken: true } => Outlook.Gone,
        { Phase: ContainerPhase.Removed } => Outlook.Good,
        { Phase: ContainerPhase.Stuck } or { StuckOut: true } => Outlook.Bad,
        _ => Outlook.Open,
    };

    /// <summary>Of a request to start one again.</summary>
    public static Outlook OfRestart(ContainerCore? container) => container switch
    {
        null => Outlook.Gone,
        { Came: true } => Outlook.Good,
        { Taken: true } => Outlook.Gone,
        { Again: true } => Outlook.Open,
        _ => Outlook.Bad,
    };

    /// <summary>Of a request to run a process in one.</summary>
    public static Outlook OfExec(SessionCore? session) => session switch
    {
        null or { Phase: SessionPhase.Lost, Came: false } => Outlook.Gone,
        { Came: true } => Outlook.Good,
        { Phase: SessionPhase.Requested } => Outlook.Open,
        _ => Outlook.Bad,
    };

    /// <summary>Why a container's request failed.</summary>
    public static VmReason Reason(ContainerCore? container) => container?.Fault switch
    {
        ContainerFault.Device => VmReason.DeviceAddFailed,
        ContainerFault.Start => VmReason.PodStartRefused,
        ContainerFault.StartLate => VmReason.PodStartTimedOut,
        ContainerFault.StopRefused => VmReason.PodStopRefused,
        ContainerFault.StopLate => VmReason.PodStopTimedOut,
        null or ContainerFault.None => container is { StuckOut: true } ? VmReason.DeviceRemoveFailed : VmReason.None,
    };
}
