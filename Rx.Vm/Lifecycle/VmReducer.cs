using System.Diagnostics;

namespace Rx.Vm.Lifecycle;

/// <summary>
/// The rules of a machine's life: from a state and an event to the next state and what is to be done. Pure, without a clock, and with an
/// answer for every pair of phase and event: a transition, "stay" (already satisfied, late or meaningless), or a refusal.
/// <code>
/// requests ─┐                         ┌─ next state
/// process  ─┤                         ├─ effects (flags, run in order after the state was published)
/// QMP      ─┼─► Reduce(state, input) ─┼─ deadlines to arm (a state names what it waits for)
/// guest    ─┤                         └─ refusal of the request, if it was one
/// deadlines─┘
/// </code>
/// </summary>
internal static partial class VmReducer
{
    /// <summary>What <paramref name="input"/> makes of <paramref name="state"/>. Never throws.</summary>
    public static Transition Reduce(VmCore state, VmInput input) => state.Phase switch
    {
        VmPhase.Preparing => WhenPreparing(state, input),
        VmPhase.Booting => WhenBooting(state, input),
        VmPhase.Init => WhenInit(state, input),
        VmPhase.Starting => WhenStarting(state, input),
        VmPhase.Running => WhenRunning(state, input),
        VmPhase.Stopping => WhenStopping(state, input),
        VmPhase.Cleaning => WhenCleaning(state, input),
        VmPhase.Terminating => WhenTerminating(state, input),
        VmPhase.Destroying => WhenDestroying(state, input),
        VmPhase.Gone => WhenGone(state, input),
    };

    private static Transition Stay(VmCore s) => new(s);

    private static Transition Refuse(VmCore s, Refusal why) => new(s, Refused: why);

    private static Transition Satisfied(VmCore s) => new(s, VmEffects.CompleteRequest);

    private static VmCore Because(this VmCore s, VmReason why) => s.Reason == VmReason.None ? s with { Reason = why } : s;

    // Answers whoever still waits for something that can't happen any more.
    private static Transition Settle(VmCore s)
    {
        var effects = VmEffects.None;
        if (s.Has(VmFlags.RunPending))
        {
            effects |= VmEffects.FailRunPod;
        }

        if (s.Has(VmFlags.StopPending))
        {
            effects |= VmEffects.FailStopPod;
        }

        if (s.Calls > 0)
        {
            effects |= VmEffects.FailCalls;
        }

        return new Transition(s.Clear(VmFlags.RunPending | VmFlags.StopPending | VmFlags.Queued) with { Calls = 0 }, effects).DisarmAll();
    }

    // With a pod (or half of one) in the guest: the guest ends it first, then QEMU quits.
    private static Transition Terminate(VmCore s, VmReason why) =>
        Settle(s.Because(why) with { Phase = VmPhase.Terminating }).Do(VmEffects.SendDestroyPod).Arm(DeadlineKind.PodDestroy);

    // Without a pod, or with a guest that no longer answers.
    private static Transition PowerOff(VmCore s, VmReason why) => s.Process == ProcessStatus.Running && s.Has(VmFlags.QmpReady)
        ? Settle(s.Because(why).Set(VmFlags.QuitSent) with { Phase = VmPhase.Destroying }).Do(VmEffects.SendQuit).Arm(DeadlineKind.Quit)
        : KillNow(s, why);

    private static Transition KillNow(VmCore s, VmReason why) =>
        Settle(s.Because(why).Set(VmFlags.KillSent) with { Phase = VmPhase.Destroying }).Do(VmEffects.KillProcess).Arm(DeadlineKind.Kill);

    // A channel broke. Usually the process has died and its exit tells why, so that gets a moment before the kill.
    private static Transition AwaitExit(VmCore s, VmReason why) =>
        Settle(s.Because(why) with { Phase = VmPhase.Destroying }).Arm(DeadlineKind.Loss);

    // The process has gone, or will never come: only the host's resources are left.
    private static Transition Release(VmCore s, ProcessStatus process)
    {
        var t = Settle(s with { Phase = VmPhase.Destroying, Process = process });
        if (t.Next.Has(VmFlags.PodLive))
        {
            t = t with { Next = t.Next.Clear(VmFlags.PodLive), Effects = t.Effects | VmEffects.EndPod };
        }

        return (t with { Next = t.Next with { Devices = default } }).Do(VmEffects.ReleaseResources).Arm(DeadlineKind.Release);
    }

    // Operand 0: exit status 0, which QEMU has only after a quit or a guest that powered off or reset (-no-reboot). The result must
    // not depend on whether the exit, the broken channel or SHUTDOWN is seen first.
    private static Transition ProcessGone(VmCore s, VmInput input)
    {
        var why = input.Operand == 0 ? VmReason.GuestShutdown : VmReason.ProcessDied;
        var onlySymptom = s.Reason is VmReason.ConnectionLost or VmReason.QmpFailed or VmReason.GuestShutdown && !s.Has(VmFlags.KillSent);
        return Release(onlySymptom ? s with { Reason = why } : s.Because(why), ProcessStatus.Exited);
    }

    private static Transition Kill(VmCore s) =>
        new Transition(s.Set(VmFlags.KillSent) with { Phase = VmPhase.Destroying }).DisarmAll().Do(VmEffects.KillProcess).Arm(DeadlineKind.Kill);

    private static Transition OnShutdown(VmCore s, bool pod) => pod
        ? Terminate(s.Set(VmFlags.ShutdownPending), VmReason.ShutdownRequested)
        : PowerOff(s.Set(VmFlags.ShutdownPending), VmReason.ShutdownRequested);

    private static Transition OnKill(VmCore s) => KillNow(s.Set(VmFlags.ShutdownPending), VmReason.KillRequested);

    private static VmReason FaultReason(VmEventKind kind) =>
        kind == VmEventKind.InboxOverflowed ? VmReason.InboxOverflowed : VmReason.InternalError;

    // Any sign of life ends the wait for one and starts the time to the next keep-alive.
    private static Transition Alive(Transition t) =>
        (t.Next.Calls > 0 ? t.Arm(DeadlineKind.Pong) : t.Disarm(DeadlineKind.Pong)).Arm(DeadlineKind.Ping);

    private static Transition Ping(VmCore s)
    {
        var t = new Transition(s).Disarm(DeadlineKind.Ping).Do(VmEffects.SendPing);
        return s.Armed.Has(DeadlineKind.Pong) ? t : t.Arm(DeadlineKind.Pong);
    }

    private static Transition CallAnswered(VmCore s, VmEventKind kind) => s.Calls == 0
        ? Stay(s)
        : new Transition(
            s with { Calls = (byte)(s.Calls - 1) },
            kind == VmEventKind.CallAcked ? VmEffects.CompleteCall : VmEffects.FailCall);

    // A late deadline of a state that was left is dropped here as well as by its id.
    private static bool Elapsed(VmCore s, VmInput input, out DeadlineKind kind)
    {
        kind = (DeadlineKind)input.Operand;
        Debug.Assert(input.Kind == VmEventKind.DeadlineElapsed, "only asked for elapsed deadlines");
        return input.Operand is >= 0 and < DeadlineSet.Kinds && s.Armed.Has(kind);
    }
}
