using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Lifecycle;

// Terminating ── DESTROYPOD answered or too late: quit ── exited ─► Destroying
//   └─ quit too late, kill asked: kill ─► Destroying
// Destroying ── exited, or killed and never seen to exit: release ── released or listed as lost ─► Gone
internal static partial class VmReducer
{
    private static Transition WhenTerminating(VmCore s, VmInput i) => i.Kind switch
    {
        K.BootRequested or K.RunPodRequested or K.StopPodRequested or K.CallRequested => Refuse(s, Refusal.ShuttingDown),
        K.ShutdownRequested => new(s.Set(VmFlags.ShutdownPending)),
        K.KillRequested => Kill(s.Set(VmFlags.ShutdownPending)),

        K.PodFinished => Ended(s),
        K.PodDestroyAcked or K.PodDestroyRefused when !s.Has(VmFlags.QuitSent) => Quit(s),

        // The guest powers off after its goodbye: broken channels and SHUTDOWN are the normal end here.
        K.GuestDisconnected when !s.Has(VmFlags.QuitSent) => Quit(s),
        K.QmpShutdownSeen when !s.Has(VmFlags.QuitSent) =>
            new Transition(s.Set(VmFlags.QuitSent)).DisarmAll().Arm(DeadlineKind.Quit),
        K.QmpFailed or K.QmpDisconnected when !s.Has(VmFlags.QuitSent) => AwaitExit(s, VmReason.ConnectionLost),
        K.ProcessExited => ProcessGone(s, i),

        K.DeadlineElapsed when Elapsed(s, i, out var kind) => kind switch
        {
            DeadlineKind.PodDestroy => Quit(s),
            DeadlineKind.Quit => Kill(s),
            DeadlineKind.Boot or DeadlineKind.QmpGreeting or DeadlineKind.PodStart or DeadlineKind.PodStop or DeadlineKind.Kill
                or DeadlineKind.Loss or DeadlineKind.Release or DeadlineKind.Ping or DeadlineKind.Pong or DeadlineKind.Queue => Stay(s),
        },
        K.InboxOverflowed or K.FoldFaulted => Kill(s.Because(FaultReason(i.Kind))),

        K.ProcessStarted or K.ProcessStartFailed or K.DeadlineElapsed or K.QmpConnected or K.QmpFailed or K.QmpDisconnected
            or K.QmpShutdownSeen or K.GuestReady or K.GuestDisconnected
            or K.PodStartAcked or K.PodStartRefused or K.PodStopAcked or K.PodStopRefused
            or K.PodDestroyAcked or K.PodDestroyRefused or K.RescanAcked or K.RescanRefused or K.PingAcked
            or K.CallAcked or K.CallRefused
            or K.DeviceAdded or K.DeviceAddFailed or K.DeviceRemoved or K.DeviceRemoveFailed
            or K.ResourcesReleased or K.ResourcesLost
            or K.StartQueued or K.StartAdmitted or K.DeadlineBusy => Stay(s),
    };

    private static Transition WhenDestroying(VmCore s, VmInput i) => i.Kind switch
    {
        K.BootRequested or K.RunPodRequested or K.StopPodRequested or K.CallRequested => Refuse(s, Refusal.ShuttingDown),
        K.ShutdownRequested => new(s.Set(VmFlags.ShutdownPending)),
        K.KillRequested when s.Process is ProcessStatus.Launching or ProcessStatus.Running && !s.Has(VmFlags.KillSent) =>
            Kill(s.Set(VmFlags.ShutdownPending)),
        K.KillRequested => new(s.Set(VmFlags.ShutdownPending)),

        // A process that comes up after its end was decided is killed at once, even when it was already given up.
        K.ProcessStarted when s.Process == ProcessStatus.Launching => Kill(s with { Process = ProcessStatus.Running }),
        K.ProcessStarted when s.Process == ProcessStatus.Lost => new(s, VmEffects.KillProcess),
        K.ProcessStartFailed when s.Process == ProcessStatus.Launching => Release(s, ProcessStatus.Exited),
        K.ProcessExited when s.Process is ProcessStatus.Launching or ProcessStatus.Running => ProcessGone(s, i),
        K.ProcessExited => new(s with { Process = ProcessStatus.Exited }),
        K.PodFinished => Ended(s),

        K.ResourcesReleased when s.Process is ProcessStatus.Exited or ProcessStatus.Lost => Vanished(s),
        K.ResourcesLost when s.Process is ProcessStatus.Exited or ProcessStatus.Lost => Vanished(s.Set(VmFlags.ResourcesLost)),

        K.DeadlineElapsed when Elapsed(s, i, out var kind) => kind switch
        {
            DeadlineKind.Loss or DeadlineKind.Quit => Kill(s),
            DeadlineKind.Kill => Release(s.Set(VmFlags.ResourcesLost), ProcessStatus.Lost),
            DeadlineKind.Release => Vanished(s.Set(VmFlags.ResourcesLost)),
            DeadlineKind.Boot or DeadlineKind.QmpGreeting or DeadlineKind.PodStart or DeadlineKind.PodStop or DeadlineKind.PodDestroy
                or DeadlineKind.Ping or DeadlineKind.Pong or DeadlineKind.Queue => Stay(s),
        },

        // Already ending; the armed deadline goes on.
        K.InboxOverflowed or K.FoldFaulted or K.ProcessStarted or K.ProcessStartFailed or K.DeadlineElapsed
            or K.QmpConnected or K.QmpFailed or K.QmpDisconnected or K.QmpShutdownSeen or K.GuestReady or K.GuestDisconnected
            or K.PodStartAcked or K.PodStartRefused or K.PodStopAcked or K.PodStopRefused
            or K.PodDestroyAcked or K.PodDestroyRefused or K.RescanAcked or K.RescanRefused or K.PingAcked
            or K.CallAcked or K.CallRefused
            or K.DeviceAdded or K.DeviceAddFailed or K.DeviceRemoved or K.DeviceRemoveFailed
            or K.ResourcesReleased or K.ResourcesLost
            or K.StartQueued or K.StartAdmitted or K.DeadlineBusy => Stay(s),
    };

    private static Transition WhenGone(VmCore s, VmInput i) => i.Kind switch
    {
        K.BootRequested or K.RunPodRequested or K.StopPodRequested or K.CallRequested => Refuse(s, Refusal.Gone),
        K.ShutdownRequested or K.KillRequested => Satisfied(s),

        // Terminal: absorbing.
        K.ProcessStarted or K.ProcessStartFailed or K.ProcessExited
            or K.QmpConnected or K.QmpFailed or K.QmpDisconnected or K.QmpShutdownSeen
            or K.GuestReady or K.GuestDisconnected or K.PodStartAcked or K.PodStartRefused or K.PodStopAcked or K.PodStopRefused
            or K.PodDestroyAcked or K.PodDestroyRefused or K.RescanAcked or K.RescanRefused or K.PingAcked
            or K.CallAcked or K.CallRefused or K.PodFinished
            or K.DeviceAdded or K.DeviceAddFailed or K.DeviceRemoved or K.DeviceRemoveFailed
            or K.ResourcesReleased or K.ResourcesLost or K.DeadlineElapsed or K.InboxOverflowed or K.FoldFaulted
            or K.StartQueued or K.StartAdmitted or K.DeadlineBusy => Stay(s),
    };

    private static Transition Quit(VmCore s) =>
        new Transition(s.Set(VmFlags.QuitSent)).DisarmAll().Do(VmEffects.SendQuit).Arm(DeadlineKind.Quit);

    private static Transition Vanished(VmCore s) => new Transition(
        s.Clear(VmFlags.ShutdownPending) with { Phase = VmPhase.Gone },
        s.Has(VmFlags.ShutdownPending) ? VmEffects.CompleteShutdown : VmEffects.None).DisarmAll();
}
