using Rx.Vm.Fold;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Machines;

// Preparing ─ boot or run asked ─► Booting ── launched, monitor and guest there, in any order ─► Ready
//     └────── shut down or kill ─► Gone (there is nothing to release)
internal static partial class MachineFold
{
    private static Transition<MachineCore> WhenPreparing(MachineCore s, Input i) => i switch
    {
        { Asked: RequestKind.Boot or RequestKind.RunPod } => new(s with { Phase = MachinePhase.Booting, Process = ProcessState.Launching }),
        { Asked: RequestKind.Shutdown } => new(s.Because(VmReason.ShutdownRequested) with { Phase = MachinePhase.Gone }),
        { Asked: RequestKind.Kill } => new(s.Because(VmReason.KillRequested) with { Phase = MachinePhase.Gone }),
        { Fault: FaultKind.InboxOverflowed } => new(s.Because(VmReason.InboxOverflowed) with { Phase = MachinePhase.Gone }),
        { Fault: FaultKind.FoldFaulted } => new(s.Because(VmReason.InternalError) with { Phase = MachinePhase.Gone }),
        { Family: InputFamily.Request } => Refuse(s, WithoutGuest(i.Asked)),
        _ => new(s),
    };

    private static Transition<MachineCore> WhenBooting(MachineCore s, Input i) => i switch
    {
        // Stopping a pod that waits for the boot withdraws it.
        { Asked: RequestKind.Boot or RequestKind.RunPod or RequestKind.StopPod } => new(s),
        { Asked: RequestKind.Shutdown } => new(PowerOff(s.Because(VmReason.ShutdownRequested))),
        { Family: InputFamily.Request } => Refuse(s, WithoutGuest(i.Asked)),

        // The time to boot begins with its turn.
        { Fact: FactKind.Queued } when s.Process == ProcessState.Launching => new(s with { Queued = true }),
        { Fact: FactKind.Admitted } => new(s with { Queued = false }),
        { Ended: OpKind.Launch } when s.Process == ProcessState.Launching => i.Ok
            ? new(s with { Process = ProcessState.Running, Queued = false })
            : new(s.Because(VmReason.StartFailed).Enter(MachinePhase.Releasing) with { Process = ProcessState.Exited }),

        { Fact: FactKind.QmpConnected } => new(Booted(s with { Qmp = true })),
        { Fact: FactKind.GuestReady } => new(Booted(s with { Guest = true })),
        { Fact: FactKind.QmpFailed } => AwaitExit(s, VmReason.QmpFailed),
        { Fact: FactKind.QmpLost or FactKind.GuestLost } => AwaitExit(s, VmReason.ConnectionLost),
        { Fact: FactKind.PowerOff } => AwaitExit(s, VmReason.GuestShutdown),

        { Ended: OpKind.QueueLimit } when s.Queued => Kill(s.Because(VmReason.QueueTimedOut)),
        { Ended: OpKind.BootLimit } when !s.Queued => Kill(s.Because(VmReason.BootTimedOut)),
        { Ended: OpKind.GreetingLimit } when s is { Process: ProcessState.Running, Qmp: false } => Kill(s.Because(VmReason.QmpFailed)),
        _ => new(s),
    };

    private static Transition<MachineCore> Refuse(MachineCore s, Denial why) => new(s, Refused: why);

    private static Denial WithoutGuest(RequestKind asked) => asked is RequestKind.Pause or RequestKind.Resume ? Denial.NotRunning : Denial.NoPod;

    private static MachineCore Booted(MachineCore s) => s is { Process: ProcessState.Running, Qmp: true, Guest: true }
        ? s.Enter(MachinePhase.Ready)
        : s;
}
