using Rx.Vm.Devices;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Lifecycle;

// Cleaning ── devices detached, rescan acked ─► Init
//   ├─ detach failed, rescan refused, too late, shut down ─► Destroying
//   └─ lost ─► Destroying
internal static partial class VmReducer
{
    private static Transition WhenCleaning(VmCore s, VmInput i) => i.Kind switch
    {
        K.BootRequested => Satisfied(s),
        K.RunPodRequested => Refuse(s, Refusal.Busy),
        K.StopPodRequested => new(s.Set(VmFlags.StopPending)),
        K.CallRequested => Refuse(s, Refusal.NoPod),
        K.ShutdownRequested => OnShutdown(s, pod: false),
        K.KillRequested => OnKill(s),

        K.DeviceRemoved when s.Devices[i.Operand] == DeviceStatus.Removing => Detached(s, i.Operand),
        K.DeviceRemoveFailed when s.Devices[i.Operand] == DeviceStatus.Removing => PowerOff(s, VmReason.DeviceRemoveFailed),

        // A 2015 guest whose pod finished during the stop never answers STOPPOD; its next answer, meant for the rescan, is taken for it.
        K.RescanAcked or K.PodStopAcked when s.Has(VmFlags.RescanSent) => Cleaned(s),
        K.RescanRefused or K.PodStopRefused when s.Has(VmFlags.RescanSent) => PowerOff(s, VmReason.PodStopRefused),
        K.CallAcked or K.CallRefused => CallAnswered(s, i.Kind),

        K.ProcessExited => ProcessGone(s, i),
        K.QmpFailed or K.QmpDisconnected or K.GuestDisconnected => AwaitExit(s, VmReason.ConnectionLost),
        K.QmpShutdownSeen => AwaitExit(s, VmReason.GuestShutdown),

        K.DeadlineElapsed when Elapsed(s, i, out var kind) => kind switch
        {
            DeadlineKind.PodStop => PowerOff(s, VmReason.PodStopTimedOut),
            DeadlineKind.Boot or DeadlineKind.QmpGreeting or DeadlineKind.PodStart or DeadlineKind.PodDestroy or DeadlineKind.Quit
                or DeadlineKind.Kill or DeadlineKind.Loss or DeadlineKind.Release
                or DeadlineKind.Ping or DeadlineKind.Pong or DeadlineKind.Queue => Stay(s),
        },
        K.InboxOverflowed or K.FoldFaulted => KillNow(s, FaultReason(i.Kind)),

        K.ProcessStarted or K.ProcessStartFailed or K.DeadlineElapsed or K.QmpConnected or K.GuestReady
            or K.PodStartAcked or K.PodStartRefused or K.PodStopAcked or K.PodStopRefused
            or K.PodDestroyAcked or K.PodDestroyRefused or K.RescanAcked or K.RescanRefused or K.PingAcked or K.PodFinished
            or K.DeviceAdded or K.DeviceAddFailed or K.DeviceRemoved or K.DeviceRemoveFailed
            or K.ResourcesReleased or K.ResourcesLost
            or K.StartQueued or K.StartAdmitted or K.DeadlineBusy => Stay(s),
    };

    // Readiness is judged on entry too: a pod without devices must not wait for an event that never comes.
    private static Transition Clean(Transition t)
    {
        var s = t.Next with { Phase = VmPhase.Cleaning, Devices = t.Next.Devices.RemoveAll() };
        return s.Devices.IsEmpty
            ? Rescan(t with { Next = s })
            : (t with { Next = s, Devices = s.Devices.Used }).Do(VmEffects.RemoveDevices);
    }

    private static Transition Rescan(Transition t) =>
        (t with { Next = t.Next.Set(VmFlags.RescanSent) }).Do(VmEffects.SendRescan);

    private static Transition Detached(VmCore s, int slot)
    {
        var t = new Transition(s with { Devices = s.Devices.With(slot, DeviceStatus.Free) });
        return t.Next.Devices.IsEmpty && !s.Has(VmFlags.RescanSent) ? Rescan(t) : t;
    }

    private static Transition Cleaned(VmCore s)
    {
        var effects = (s.Has(VmFlags.StopPending) ? VmEffects.CompleteStopPod : VmEffects.None)
            | (s.Calls > 0 ? VmEffects.FailCalls : VmEffects.None);
        return Idle(s.Clear(VmFlags.StopPending) with { Calls = 0, Devices = default }).Do(effects);
    }
}
