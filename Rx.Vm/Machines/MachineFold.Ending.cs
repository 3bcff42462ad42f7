using Rx.Vm.Fold;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Machines;

// Ending: thaw ─► pod first ─► quit ─► quitting ─┐
//           a channel broke ─► await exit ──────┼─► exited, or killed and never seen to end ─► Releasing ── all given back or lost ─► Gone
//                too late, asked ─► kill ───────┘
internal static partial class MachineFold
{
    private static Transition<MachineCore> WhenEnding(MachineCore s, Input i) => i switch
    {
        { Asked: RequestKind.Shutdown } => new(s),
        { Family: InputFamily.Request } => Refuse(s, Denial.ShuttingDown),
        { Ended: OpKind.Launch or OpKind.Freeze } => new(s),
        _ => s.How switch
        {
            EndStage.Thaw => i switch
            {
                { Ended: OpKind.Thaw } => new(i.Ok ? s with { How = EndStage.PodFirst } : PowerOff(s)),
                { Ended: OpKind.FreezeLimit } => Kill(s.Because(VmReason.ConnectionLost)),
                { Family: InputFamily.Fact } => Lost(s, i),
                _ => new(s),
            },
            EndStage.PodFirst => WhenPodFirst(s, i),
            EndStage.Quit => i switch
            {
                { Ended: OpKind.Quit } => i.Ok ? new(s with { How = EndStage.Quitting }) : Kill(s),
                { Ended: OpKind.QuitLimit } => Kill(s),
                _ => new(s),
            },
            EndStage.Quitting => i.Ended == OpKind.QuitLimit ? Kill(s) : new(s),
            EndStage.AwaitExit => i.Ended == OpKind.LossLimit ? Kill(s) : new(s),
            EndStage.Kill => i switch
            {
                // What is killed and not seen to end is given up, and listed.
                { Ended: OpKind.Kill } => i.Ok ? new(s.Enter(MachinePhase.Releasing) with { Process = ProcessState.Exited }) : GiveUp(s),
                { Ended: OpKind.KillLimit } => GiveUp(s),
                _ => new(s),
            },
        },
    };

    private static Transition<MachineCore> WhenPodFirst(MachineCore s, Input i) => i switch
    {
        { Ended: OpKind.SilenceLimit } when s.Silent => new(PowerOff(s.Because(VmReason.GuestUnresponsive))),
        { Fact: FactKind.Silent } => new(s with { Silent = true }),
        { Fact: FactKind.Speaking } => new(s with { Silent = false }),

        // A guest that leaves by itself saves us the asking.
        { Fact: FactKind.GuestLost } => new(PowerOff(s)),
        { Fact: FactKind.PowerOff } => new(s with { How = EndStage.Quitting }),
        { Fact: FactKind.QmpFailed or FactKind.QmpLost } => AwaitExit(s, VmReason.ConnectionLost),
        _ => new(s),
    };

    private static Transition<MachineCore> WhenReleasing(MachineCore s, Input i) => i switch
    {
        { Asked: RequestKind.Shutdown or RequestKind.Kill } => new(s),
        { Family: InputFamily.Request } => Refuse(s, Denial.ShuttingDown),
        { Ended: OpKind.ReleaseHost } => new(s with { HostReleased = true, SomethingLost = s.SomethingLost || !i.Ok }),
        { Ended: OpKind.ReleaseLimit } => new(s with { HostReleased = true, SomethingLost = true }),
        _ => new(s),
    };

    private static Transition<MachineCore> WhenGone(MachineCore s, Input i) => i switch
    {
        { Asked: RequestKind.Shutdown or RequestKind.Kill } => new(s),
        { Family: InputFamily.Request } => Refuse(s, Denial.Gone),
        _ => new(s),
    };

    private static Transition<MachineCore> GiveUp(MachineCore s) =>
        new(s.Enter(MachinePhase.Releasing) with { Process = ProcessState.Lost, SomethingLost = true });
}
