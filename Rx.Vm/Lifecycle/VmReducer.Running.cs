using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Lifecycle;

// Running ── finished, kept ──────────► Cleaning
//   ├─ finished, not kept; shut down ─► Terminating
//   ├─ stop asked ─► Stopping ── STOPPOD acked or finished ─► Cleaning
//   │                   └─ refused, too late ─► Terminating
//   └─ lost, guest silent ─► Destroying
internal static partial class VmReducer
{
    private static Transition WhenRunning(VmCore s, VmInput i) => i.Kind switch
    {
        K.BootRequested => Satisfied(s),
        K.RunPodRequested => Refuse(s, Refusal.Busy),
        K.StopPodRequested => Stop(s.Set(VmFlags.StopPending)),
        K.CallRequested when s.Calls == VmCore.MaxCalls => Refuse(s, Refusal.TooManyCalls),
        K.CallRequested => Call(s),
        K.ShutdownRequested => OnShutdown(s, pod: true),
        K.KillRequested => OnKill(s),

        K.PodFinished => Finished(s),
        K.PingAcked => Alive(new(s)),
        K.CallAcked or K.CallRefused when s.Calls > 0 => Alive(CallAnswered(s, i.Kind)),

        K.ProcessExited => ProcessGone(s, i),
        K.QmpFailed or K.QmpDisconnected or K.GuestDisconnected => AwaitExit(s, VmReason.ConnectionLost),
        K.QmpShutdownSeen => AwaitExit(s, VmReason.GuestShutdown),

        K.DeadlineElapsed when Elapsed(s, i, out var kind) => kind switch
        {
            DeadlineKind.Ping => Ping(s),
            DeadlineKind.Pong => PowerOff(s, VmReason.GuestUnresponsive),
            DeadlineKind.Boot or DeadlineKind.QmpGreeting or DeadlineKind.PodStart or DeadlineKind.PodStop or DeadlineKind.PodDestroy
                or DeadlineKind.Quit or DeadlineKind.Kill or DeadlineKind.Loss or DeadlineKind.Release or DeadlineKind.Queue => Stay(s),
        },
        K.InboxOverflowed or K.FoldFaulted => KillNow(s, FaultReason(i.Kind)),

        K.ProcessStarted or K.ProcessStartFailed or K.DeadlineElapsed or K.QmpConnected or K.GuestReady
            or K.PodStartAcked or K.PodStartRefused or K.PodStopAcked or K.PodStopRefused
            or K.PodDestroyAcked or K.PodDestroyRefused or K.RescanAcked or K.RescanRefused
            or K.CallAcked or K.CallRefused
            or K.DeviceAdded or K.DeviceAddFailed or K.DeviceRemoved or K.DeviceRemoveFailed
            or K.ResourcesReleased or K.ResourcesLost
            or K.StartQueued or K.StartAdmitted or K.DeadlineBusy => Stay(s),
    };

    private static Transition WhenStopping(VmCore s, VmInput i) => i.Kind switch
    {
        K.BootRequested => Satisfied(s),
        K.RunPodRequested => Refuse(s, Refusal.Busy),
        K.StopPodRequested => new(s.Set(VmFlags.StopPending)),
        K.CallRequested => Refuse(s, Refusal.Stopping),
        K.ShutdownRequested => OnShutdown(s, pod: true),
        K.KillRequested => OnKill(s),

        // Containers that end by themselves while a stop is under way are as good as stopped.
        K.PodStopAcked or K.PodFinished => Clean(Ended(s)),
        K.PodStopRefused => Terminate(s, VmReason.PodStopRefused),
        K.CallAcked or K.CallRefused => CallAnswered(s, i.Kind),

        K.ProcessExited => ProcessGone(s, i),
        K.QmpFailed or K.QmpDisconnected or K.GuestDisconnected => AwaitExit(s, VmReason.ConnectionLost),
        K.QmpShutdownSeen => AwaitExit(s, VmReason.GuestShutdown),

        K.DeadlineElapsed when Elapsed(s, i, out var kind) => kind switch
        {
            DeadlineKind.PodStop => Terminate(s, VmReason.PodStopTimedOut),
            DeadlineKind.Boot or DeadlineKind.QmpGreeting or DeadlineKind.PodStart or DeadlineKind.PodDestroy or DeadlineKind.Quit
                or DeadlineKind.Kill or DeadlineKind.Loss or DeadlineKind.Release
                or DeadlineKind.Ping or DeadlineKind.Pong or DeadlineKind.Queue => Stay(s),
        },
        K.InboxOverflowed or K.FoldFaulted => KillNow(s, FaultReason(i.Kind)),

        // No keep-alive while STOPPOD is unanswered: its answer is late by design and answers come in order.
        K.ProcessStarted or K.ProcessStartFailed or K.DeadlineElapsed or K.QmpConnected or K.GuestReady
            or K.PodStartAcked or K.PodStartRefused
            or K.PodDestroyAcked or K.PodDestroyRefused or K.RescanAcked or K.RescanRefused or K.PingAcked
            or K.DeviceAdded or K.DeviceAddFailed or K.DeviceRemoved or K.DeviceRemoveFailed
            or K.ResourcesReleased or K.ResourcesLost
            or K.StartQueued or K.StartAdmitted or K.DeadlineBusy => Stay(s),
    };

    private static Transition Call(VmCore s)
    {
        var t = new Transition(s with { Calls = (byte)(s.Calls + 1) }, VmEffects.SendCall);
        return s.Armed.Has(DeadlineKind.Pong) ? t : t.Arm(DeadlineKind.Pong);
    }

    private static Transition Stop(VmCore s) =>
        new Transition(s with { Phase = VmPhase.Stopping }).DisarmAll().Do(VmEffects.SendStopPod).Arm(DeadlineKind.PodStop);

    private static Transition Ended(VmCore s) => s.Has(VmFlags.PodLive)
        ? new(s.Clear(VmFlags.PodLive), VmEffects.EndPod)
        : new(s);

    private static Transition Finished(VmCore s)
    {
        var ended = Ended(s);

        // A stop that was parked during the start asks for the same: end the pod, keep the machine.
        if (ended.Next.Keep == KeepMode.AfterFinish || ended.Next.Has(VmFlags.StopPending))
        {
            return Clean(ended.DisarmAll().Arm(DeadlineKind.PodStop));
        }

        var t = Terminate(ended.Next, VmReason.PodFinished);
        return t.Do(ended.Effects);
    }
}
