using Rx.Vm.Fold;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods.Folds;

namespace Rx.Vm.Machines;

/// <summary>
/// The machine: boots, is ready, may be paused, ends. What runs in it is its pod's business; the machine hears one level of it and tells one word.
/// <code>
/// Preparing ─ boot, run ─► Booting ─ monitor and guest there ─► Ready ◄─► Paused
///     │ shut down, kill       │ too late, lost, asked             │ asked; pod over and not kept, or stuck; lost
///     ▼                       ▼                                   ▼
///    Gone ◄── Releasing ◄── Ending (thaw, pod first, quit, quitting │ await exit │ kill)
/// </code>
/// </summary>
internal static partial class MachineFold
{
    /// <summary>What <paramref name="i"/> makes of <paramref name="s"/>. Never throws; what is late or means nothing changes nothing.</summary>
    public static Transition<MachineCore> Reduce(MachineCore s, Input i) => s.Phase switch
    {
        MachinePhase.Preparing => WhenPreparing(s, i),
        MachinePhase.Booting => Common(s, i) ?? WhenBooting(s, i),
        MachinePhase.Ready => Common(s, i) ?? WhenReady(s, i),
        MachinePhase.Paused => Common(s, i) ?? WhenPaused(s, i),
        MachinePhase.Ending => Common(s, i) ?? WhenEnding(s, i),
        MachinePhase.Releasing => WhenReleasing(s, i),
        MachinePhase.Gone => WhenGone(s, i),
    };

    /// <summary>What the machine makes of what its pod tells; again what it made of it is the same.</summary>
    public static MachineCore Hear(MachineCore s, PodTells pod)
    {
        for (s = pod.Leaked ? s with { SomethingLost = true } : s; ;)
        {
            var next = HearOnce(s, pod);
            if (next == s)
            {
                return s;
            }

            s = next;
        }
    }

    /// <summary>What the machine tells its pod.</summary>
    public static MachineWord Word(MachineCore s) => s.Phase switch
    {
        MachinePhase.Preparing or MachinePhase.Booting => MachineWord.Closed,
        MachinePhase.Ready or MachinePhase.Paused => MachineWord.Open,
        MachinePhase.Ending => s.How switch
        {
            EndStage.Thaw => MachineWord.Open,
            EndStage.PodFirst => MachineWord.End,
            EndStage.Quit or EndStage.Quitting or EndStage.AwaitExit or EndStage.Kill => MachineWord.Cut,
        },
        MachinePhase.Releasing or MachinePhase.Gone => MachineWord.Lost,
    };

    /// <summary>Whether the deadlines of everything below stand still: the processors do.</summary>
    public static bool Masks(MachineCore s) => s.Phase == MachinePhase.Paused || s is { Phase: MachinePhase.Ending, How: EndStage.Thaw };

    /// <summary>What is to be under way for the machine.</summary>
    public static OpSet Wanted(MachineCore s) => s.Phase switch
    {
        MachinePhase.Preparing or MachinePhase.Gone => default,
        MachinePhase.Booting => (s.Process == ProcessState.Launching ? OpKind.Launch : OpKind.Attend)
            | (OpSet)(s.Queued ? OpKind.QueueLimit : OpKind.BootLimit)
            | (s is { Process: ProcessState.Running, Qmp: false } ? OpKind.GreetingLimit : default(OpSet)),
        MachinePhase.Ready => OpKind.Attend | Silence(s),
        MachinePhase.Paused => (OpSet)OpKind.Attend | s.Freezing switch
        {
            Freezing.Stopping => (OpSet)OpKind.Freeze | OpKind.FreezeLimit,
            Freezing.Stopped => default,
            Freezing.Continuing => (OpSet)OpKind.Thaw | OpKind.FreezeLimit,
        },
        MachinePhase.Ending => Attendance(s) | s.How switch
        {
            EndStage.Thaw => (OpSet)OpKind.Thaw | OpKind.FreezeLimit,
            EndStage.PodFirst => Silence(s),
            EndStage.Quit => (OpSet)OpKind.Quit | OpKind.QuitLimit,
            EndStage.Quitting => OpKind.QuitLimit,
            EndStage.AwaitExit => OpKind.LossLimit,
            EndStage.Kill => (OpSet)OpKind.Kill | OpKind.KillLimit,
        },
        MachinePhase.Releasing => s.HostReleased ? default : (OpSet)OpKind.ReleaseHost | OpKind.ReleaseLimit,
    };

    private static MachineCore HearOnce(MachineCore s, PodTells pod) => s.Phase switch
    {
        MachinePhase.Ready or MachinePhase.Paused => pod.Level switch
        {
            PodLevel.Done when !s.Keep => PodFirst(s.Because(VmReason.PodFinished)),
            PodLevel.Failing or PodLevel.Failed when !s.Keep => PodFirst(s.Because(pod.Fault.Reason())),
            PodLevel.Stuck => PowerOff(s.Because(pod.Fault.Reason())),
            PodLevel.Empty or PodLevel.Alive or PodLevel.Down or PodLevel.Held or PodLevel.Done or PodLevel.Failing or PodLevel.Failed => s,
        },
        MachinePhase.Ending when s.How == EndStage.PodFirst => pod.Level switch
        {
            PodLevel.Stuck => PowerOff(s.Because(pod.Fault.Reason())),
            PodLevel.Empty or PodLevel.Done or PodLevel.Failed or PodLevel.Down or PodLevel.Held => PowerOff(s),
            PodLevel.Alive or PodLevel.Failing => s,
        },
        MachinePhase.Releasing when s.HostReleased && pod.Level == PodLevel.Empty => s with { Phase = MachinePhase.Gone },
        MachinePhase.Preparing or MachinePhase.Booting or MachinePhase.Ending or MachinePhase.Releasing or MachinePhase.Gone => s,
    };

    // Where there is a process, or may be one: what ends every phase in the same way.
    private static Transition<MachineCore>? Common(MachineCore s, Input i) => i switch
    {
        { Ended: OpKind.Attend } when s.Process == ProcessState.Running => new(Exited(s, i.Ok)),
        { Asked: RequestKind.Kill } => Kill(s.Because(VmReason.KillRequested)),
        { Fault: FaultKind.InboxOverflowed } => Kill(s.Because(VmReason.InboxOverflowed)),
        { Fault: FaultKind.FoldFaulted } => Kill(s.Because(VmReason.InternalError)),
        _ => null,
    };

    private static MachineCore Because(this MachineCore s, VmReason why) => s.Reason == VmReason.None ? s with { Reason = why } : s;

    private static OpSet Silence(MachineCore s) => s.Silent ? OpKind.SilenceLimit : default(OpSet);

    private static OpSet Attendance(MachineCore s) => s.Process == ProcessState.Running ? OpKind.Attend : default(OpSet);

    private static MachineCore Enter(this MachineCore s, MachinePhase phase, EndStage how = default, Freezing freezing = default) =>
        s with { Phase = phase, How = how, Freezing = freezing, Queued = false };

    // The pod ends first; one that stands still is woken for it.
    private static MachineCore PodFirst(MachineCore s) => s.Enter(
        MachinePhase.Ending, s.Phase == MachinePhase.Paused ? EndStage.Thaw : EndStage.PodFirst);

    // Without a pod, or with one that does not end. Without a monitor there is nobody to tell.
    private static MachineCore PowerOff(MachineCore s) => s is { Process: ProcessState.Running, Qmp: true }
        ? s.Enter(MachinePhase.Ending, EndStage.Quit)
        : s.Enter(MachinePhase.Ending, EndStage.Kill) with { Killed = true };

    // A kill that is under way is not begun again.
    private static Transition<MachineCore> Kill(MachineCore s) => new(s.Enter(MachinePhase.Ending, EndStage.Kill) with { Killed = true });

    // A channel broke. Usually the process has died and its exit tells why, so that gets a moment before the kill.
    private static Transition<MachineCore> AwaitExit(MachineCore s, VmReason why) => new(s.Because(why).Enter(MachinePhase.Ending, EndStage.AwaitExit));

    // Exit status 0 is a quit, or a guest that powered off or reset. The cause must not depend on whether the exit, the broken channel or
    // the power-off is seen first: what is only a symptom gives way.
    private static MachineCore Exited(MachineCore s, bool clean)
    {
        var why = clean ? VmReason.GuestShutdown : VmReason.ProcessDied;
        var symptom = s.Reason is VmReason.ConnectionLost or VmReason.QmpFailed or VmReason.GuestShutdown && !s.Killed;
        return (symptom ? s with { Reason = why } : s.Because(why)).Enter(MachinePhase.Releasing) with { Process = ProcessState.Exited };
    }
}
