using Rx.Vm.Fold;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Machines;

// Ready ── pause ─► Paused (stopping, stopped) ── resume ─► Paused (continuing) ─► Ready
//   ├─ shut down ─► Ending (thaw, pod first)
//   └─ lost, guest silent for too long ─► Ending
internal static partial class MachineFold
{
    private static Transition<MachineCore> WhenReady(MachineCore s, Input i) => i switch
    {
        { Asked: RequestKind.Shutdown } => new(PodFirst(s.Because(VmReason.ShutdownRequested))),
        { Asked: RequestKind.Pause } => new(s.Enter(MachinePhase.Paused)),
        { Ended: OpKind.SilenceLimit } when s.Silent => new(PowerOff(s.Because(VmReason.GuestUnresponsive))),
        { Fact: FactKind.Silent } => new(s with { Silent = true }),
        { Fact: FactKind.Speaking } => new(s with { Silent = false }),
        { Family: InputFamily.Fact } => Lost(s, i),
        _ => new(s),
    };

    private static Transition<MachineCore> WhenPaused(MachineCore s, Input i) => i switch
    {
        { Asked: RequestKind.Boot } => new(s),
        { Asked: RequestKind.Shutdown } => new(
            PodFirst(s.Because(VmReason.ShutdownRequested)), s.Freezing == Freezing.Stopping ? OpKind.FreezeLimit : default(OpSet)),
        { Asked: RequestKind.Pause } => s.Freezing == Freezing.Continuing ? Refuse(s, Denial.Busy) : new(s),
        { Asked: RequestKind.Resume } => s.Freezing == Freezing.Stopping ? Refuse(s, Denial.Busy) : new(s with { Freezing = Freezing.Continuing }),
        { Family: InputFamily.Request } => Refuse(s, Denial.Paused),

        // A guest that stands still is not asked whether it is alive; it begins anew when it goes on.
        { Ended: OpKind.Freeze } when s.Freezing == Freezing.Stopping => new(
            i.Ok ? s with { Freezing = Freezing.Stopped, Silent = false } : s.Enter(MachinePhase.Ready)),
        { Ended: OpKind.Thaw } when s.Freezing == Freezing.Continuing => new(
            i.Ok ? s.Enter(MachinePhase.Ready) : s with { Freezing = Freezing.Stopped }),

        // A monitor that does not answer is lost, though its connection stands.
        { Ended: OpKind.FreezeLimit } when s.Freezing != Freezing.Stopped => Kill(s.Because(VmReason.ConnectionLost)),
        { Family: InputFamily.Fact } => Lost(s, i),
        _ => new(s),
    };

    // What ends a machine that has booted.
    private static Transition<MachineCore> Lost(MachineCore s, Input i) => i.Fact switch
    {
        FactKind.QmpFailed or FactKind.QmpLost or FactKind.GuestLost => AwaitExit(s, VmReason.ConnectionLost),
        FactKind.PowerOff => AwaitExit(s, VmReason.GuestShutdown),
        FactKind.None or FactKind.Queued or FactKind.Admitted or FactKind.QmpConnected or FactKind.GuestReady or FactKind.Silent
            or FactKind.Speaking or FactKind.ContainerExited or FactKind.SessionExited => new(s),
    };
}
