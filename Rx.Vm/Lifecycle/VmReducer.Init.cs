using Rx.Vm.Devices;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Lifecycle;

// Init ── run asked ─► Starting ── STARTPOD acked ─► Running
//  ├─ shut down, guest silent ─► Destroying    └─ failed, too late, asked ─► Terminating
//  └─ lost ─► Destroying
internal static partial class VmReducer
{
    private static Transition WhenInit(VmCore s, VmInput i) => i.Kind switch
    {
        K.BootRequested => Satisfied(s),
        K.RunPodRequested when (uint)i.Operand > DeviceSet.Capacity => Refuse(s, Refusal.TooManyDevices),
        K.RunPodRequested => Start(Accept(s, i)),
        K.StopPodRequested or K.CallRequested => Refuse(s, Refusal.NoPod),
        K.ShutdownRequested => OnShutdown(s, pod: false),
        K.KillRequested => OnKill(s),

        K.ProcessExited => ProcessGone(s, i),
        K.QmpFailed or K.QmpDisconnected or K.GuestDisconnected => AwaitExit(s, VmReason.ConnectionLost),
        K.QmpShutdownSeen => AwaitExit(s, VmReason.GuestShutdown),
        K.PingAcked => Alive(new(s)),

        K.DeadlineElapsed when Elapsed(s, i, out var kind) => kind switch
        {
            DeadlineKind.Ping => Ping(s),
            DeadlineKind.Pong => PowerOff(s, VmReason.GuestUnresponsive),
            DeadlineKind.Boot or DeadlineKind.QmpGreeting or DeadlineKind.PodStart or DeadlineKind.PodStop or DeadlineKind.PodDestroy
                or DeadlineKind.Quit or DeadlineKind.Kill or DeadlineKind.Loss or DeadlineKind.Release or DeadlineKind.Queue => Stay(s),
        },
        K.InboxOverflowed or K.FoldFaulted => KillNow(s, FaultReason(i.Kind)),

        // Late answers of an earlier pod, and a second READY or greeting, change nothing.
        K.ProcessStarted or K.ProcessStartFailed or K.DeadlineElapsed or K.QmpConnected or K.GuestReady
            or K.PodStartAcked or K.PodStartRefused or K.PodStopAcked or K.PodStopRefused
            or K.PodDestroyAcked or K.PodDestroyRefused or K.RescanAcked or K.RescanRefused
            or K.CallAcked or K.CallRefused or K.PodFinished
            or K.DeviceAdded or K.DeviceAddFailed or K.DeviceRemoved or K.DeviceRemoveFailed
            or K.ResourcesReleased or K.ResourcesLost
            or K.StartQueued or K.StartAdmitted or K.DeadlineBusy => Stay(s),
    };

    private static Transition WhenStarting(VmCore s, VmInput i) => i.Kind switch
    {
        K.BootRequested => Satisfied(s),
        K.RunPodRequested or K.CallRequested => Refuse(s, Refusal.Busy),

        // Parked: the guest takes one thing at a time, and the start has its own deadline.
        K.StopPodRequested => new(s.Set(VmFlags.StopPending)),
        K.ShutdownRequested => OnShutdown(s, pod: true),
        K.KillRequested => OnKill(s),

        K.DeviceAdded when s.Devices[i.Operand] == DeviceStatus.Adding => Attached(s, i.Operand),
        K.DeviceAddFailed when s.Devices[i.Operand] == DeviceStatus.Adding => Terminate(s, VmReason.DeviceAddFailed),
        K.PodStartAcked when s.Has(VmFlags.StartSent) => Started(s),
        K.PodStartRefused when s.Has(VmFlags.StartSent) => Terminate(s, VmReason.PodStartRefused),

        // A pod that ends at once may overtake the ACK of its start; it did start.
        K.PodFinished when s.Has(VmFlags.StartSent) => StartedAndFinished(s),

        K.ProcessExited => ProcessGone(s, i),
        K.QmpFailed or K.QmpDisconnected or K.GuestDisconnected => AwaitExit(s, VmReason.ConnectionLost),
        K.QmpShutdownSeen => AwaitExit(s, VmReason.GuestShutdown),

        K.DeadlineElapsed when Elapsed(s, i, out var kind) => kind switch
        {
            DeadlineKind.PodStart => Terminate(s, VmReason.PodStartTimedOut),
            DeadlineKind.Boot or DeadlineKind.QmpGreeting or DeadlineKind.PodStop or DeadlineKind.PodDestroy or DeadlineKind.Quit
                or DeadlineKind.Kill or DeadlineKind.Loss or DeadlineKind.Release
                or DeadlineKind.Ping or DeadlineKind.Pong or DeadlineKind.Queue => Stay(s),
        },
        K.InboxOverflowed or K.FoldFaulted => KillNow(s, FaultReason(i.Kind)),

        // Repeated device events, answers to nothing, late answers.
        K.ProcessStarted or K.ProcessStartFailed or K.DeadlineElapsed or K.QmpConnected or K.GuestReady
            or K.PodStartAcked or K.PodStartRefused or K.PodStopAcked or K.PodStopRefused
            or K.PodDestroyAcked or K.PodDestroyRefused or K.RescanAcked or K.RescanRefused or K.PingAcked
            or K.CallAcked or K.CallRefused or K.PodFinished
            or K.DeviceAdded or K.DeviceAddFailed or K.DeviceRemoved or K.DeviceRemoveFailed
            or K.ResourcesReleased or K.ResourcesLost
            or K.StartQueued or K.StartAdmitted or K.DeadlineBusy => Stay(s),
    };

    private static Transition Start(VmCore s)
    {
        var t = new Transition(s with { Phase = VmPhase.Starting }).DisarmAll().Arm(DeadlineKind.PodStart);
        return s.Devices.IsEmpty
            ? SendStart(t)
            : t.Do(VmEffects.AddDevices) with { Devices = s.Devices.Used };
    }

    private static Transition SendStart(Transition t) =>
        (t with { Next = t.Next.Set(VmFlags.StartSent) }).Do(VmEffects.SendStartPod);

    private static Transition Attached(VmCore s, int slot)
    {
        var t = new Transition(s with { Devices = s.Devices.With(slot, DeviceStatus.Attached) });
        return t.Next.Devices.AnyAdding || s.Has(VmFlags.StartSent) ? t : SendStart(t);
    }

    private static Transition Started(VmCore s)
    {
        var running = s.Clear(VmFlags.RunPending).Set(VmFlags.PodLive) with { Phase = VmPhase.Running };
        var t = running.Has(VmFlags.StopPending)
            ? Stop(running)
            : new Transition(running).DisarmAll().Arm(DeadlineKind.Ping);
        return t.Do(VmEffects.CompleteRunPod);
    }

    private static Transition StartedAndFinished(VmCore s) =>
        Finished(s.Clear(VmFlags.RunPending).Set(VmFlags.PodLive) with { Phase = VmPhase.Running }).Do(VmEffects.CompleteRunPod);
}
