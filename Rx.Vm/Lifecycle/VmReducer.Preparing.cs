using Rx.Vm.Devices;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Lifecycle;

// Preparing ─ boot or run asked ─► Booting
//     └────── shut down or kill ─► Gone (there is nothing to release)
// Booting ── READY and greeting ─► Init, or Starting when a pod is waiting
//     └── failed, too late, asked ─► Destroying
internal static partial class VmReducer
{
    private static Transition WhenPreparing(VmCore s, VmInput i) => i.Kind switch
    {
        K.BootRequested => Launch(s).Do(VmEffects.CompleteRequest),
        K.RunPodRequested when (uint)i.Operand > DeviceSet.Capacity => Refuse(s, Refusal.TooManyDevices),
        K.RunPodRequested => Launch(Accept(s, i)),
        K.StopPodRequested or K.CallRequested => Refuse(s, Refusal.NoPod),
        K.ShutdownRequested => Vanish(s, VmReason.ShutdownRequested).Do(VmEffects.CompleteRequest),
        K.KillRequested => Vanish(s, VmReason.KillRequested).Do(VmEffects.CompleteRequest),
        K.InboxOverflowed or K.FoldFaulted => Vanish(s, FaultReason(i.Kind)),

        // Without a process none of these can be true.
        K.ProcessStarted or K.ProcessStartFailed or K.ProcessExited
            or K.QmpConnected or K.QmpFailed or K.QmpDisconnected or K.QmpShutdownSeen
            or K.GuestReady or K.GuestDisconnected or K.PodStartAcked or K.PodStartRefused or K.PodStopAcked or K.PodStopRefused
            or K.PodDestroyAcked or K.PodDestroyRefused or K.RescanAcked or K.RescanRefused or K.PingAcked
            or K.CallAcked or K.CallRefused or K.PodFinished
            or K.DeviceAdded or K.DeviceAddFailed or K.DeviceRemoved or K.DeviceRemoveFailed
            or K.ResourcesReleased or K.ResourcesLost or K.DeadlineElapsed
            or K.StartQueued or K.StartAdmitted or K.DeadlineBusy => Stay(s),
    };

    private static Transition WhenBooting(VmCore s, VmInput i) => i.Kind switch
    {
        K.BootRequested => Satisfied(s),
        K.RunPodRequested when s.Has(VmFlags.RunPending) => Refuse(s, Refusal.Busy),
        K.RunPodRequested when (uint)i.Operand > DeviceSet.Capacity => Refuse(s, Refusal.TooManyDevices),
        K.RunPodRequested => new(Accept(s, i)),
        K.StopPodRequested when s.Has(VmFlags.RunPending) => new(
            s.Clear(VmFlags.RunPending) with { Devices = default }, VmEffects.FailRunPod | VmEffects.CompleteRequest),
        K.StopPodRequested or K.CallRequested => Refuse(s, Refusal.NoPod),
        K.ShutdownRequested => OnShutdown(s, pod: false),
        K.KillRequested => OnKill(s),

        // The time to boot begins with its turn.
        K.StartQueued when s.Process == ProcessStatus.Launching && !s.Has(VmFlags.Queued) =>
            new Transition(s.Set(VmFlags.Queued)).Disarm(DeadlineKind.Boot).Arm(DeadlineKind.Queue),
        K.StartAdmitted when s.Has(VmFlags.Queued) => Admitted(s),
        K.ProcessStarted when s.Process == ProcessStatus.Launching => Up(Admitted(s)),
        K.ProcessStartFailed when s.Process == ProcessStatus.Launching => Release(s.Because(VmReason.StartFailed), ProcessStatus.Exited),
        K.ProcessExited => ProcessGone(s, i),
        K.QmpConnected => Booted(new(s.Set(VmFlags.QmpReady))).Disarm(DeadlineKind.QmpGreeting),
        K.QmpFailed => AwaitExit(s, VmReason.QmpFailed),
        K.QmpDisconnected or K.GuestDisconnected => AwaitExit(s, VmReason.ConnectionLost),
        K.QmpShutdownSeen => AwaitExit(s, VmReason.GuestShutdown),
        K.GuestReady => Booted(new(s.Set(VmFlags.GuestReady))),

        K.DeadlineElapsed when Elapsed(s, i, out var kind) => kind switch
        {
            DeadlineKind.Boot => KillNow(s, VmReason.BootTimedOut),
            DeadlineKind.QmpGreeting => KillNow(s, VmReason.QmpFailed),
            DeadlineKind.Queue => KillNow(s, VmReason.QueueTimedOut),
            DeadlineKind.PodStart or DeadlineKind.PodStop or DeadlineKind.PodDestroy or DeadlineKind.Quit or DeadlineKind.Kill
                or DeadlineKind.Loss or DeadlineKind.Release or DeadlineKind.Ping or DeadlineKind.Pong => Stay(s),
        },
        K.InboxOverflowed or K.FoldFaulted => KillNow(s, FaultReason(i.Kind)),

        // Nothing was sent and nothing attached yet.
        K.ProcessStarted or K.ProcessStartFailed or K.DeadlineElapsed
            or K.PodStartAcked or K.PodStartRefused or K.PodStopAcked or K.PodStopRefused
            or K.PodDestroyAcked or K.PodDestroyRefused or K.RescanAcked or K.RescanRefused or K.PingAcked
            or K.CallAcked or K.CallRefused or K.PodFinished
            or K.DeviceAdded or K.DeviceAddFailed or K.DeviceRemoved or K.DeviceRemoveFailed
            or K.ResourcesReleased or K.ResourcesLost
            or K.StartQueued or K.StartAdmitted or K.DeadlineBusy => Stay(s),
    };

    private static VmCore Accept(VmCore s, VmInput run) =>
        s.Set(VmFlags.RunPending) with { Devices = DeviceSet.Adding(run.Operand) };

    private static Transition Launch(VmCore s) =>
        new Transition(s with { Phase = VmPhase.Booting, Process = ProcessStatus.Launching }, VmEffects.LaunchProcess)
            .Arm(DeadlineKind.Boot);

    private static Transition Vanish(VmCore s, VmReason why) => new(s.Because(why) with { Phase = VmPhase.Gone });

    private static Transition Admitted(VmCore s) => s.Has(VmFlags.Queued)
        ? new Transition(s.Clear(VmFlags.Queued)).Disarm(DeadlineKind.Queue).Arm(DeadlineKind.Boot)
        : new(s);

    // The monitor may have greeted before the start was reported; then nothing is left to wait for with QmpGreeting.
    private static Transition Up(Transition t)
    {
        var s = t.Next with { Process = ProcessStatus.Running };
        return s.Has(VmFlags.QmpReady) ? Booted(t with { Next = s }) : (t with { Next = s }).Arm(DeadlineKind.QmpGreeting);
    }

    // Three reports make a booted machine, in any order: started, greeted, READY.
    private static Transition Booted(Transition t) => t.Next is { Process: ProcessStatus.Running } s
        && s.Has(VmFlags.QmpReady) && s.Has(VmFlags.GuestReady) ? Idle(s) : t;

    // The guest is ready for a pod; one may be waiting.
    private static Transition Idle(VmCore s)
    {
        var idle = s.Clear(VmFlags.StartSent | VmFlags.RescanSent) with { Phase = VmPhase.Init };
        return idle.Has(VmFlags.RunPending) ? Start(idle) : new Transition(idle).DisarmAll().Arm(DeadlineKind.Ping);
    }
}
