using Rx.Vm.Devices;
using E = Rx.Vm.Lifecycle.VmEffects;
using F = Rx.Vm.Lifecycle.VmFlags;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Lifecycle;

// Laws of the effects: toward the process, the guest and the devices.
internal static partial class VmInvariants
{
    private const E ToGuest = E.SendStartPod | E.SendCall | E.SendPing | E.SendStopPod | E.SendRescan | E.SendDestroyPod;

    private static VmRule ProcessEffects(VmCore b, VmInput i, Transition t)
    {
        var n = t.Next;
        if (Has(t, E.LaunchProcess) != (b.Process == ProcessStatus.None && n.Process == ProcessStatus.Launching))
        {
            return VmRule.LaunchIsOnce;
        }

        if (Has(t, E.ReleaseResources) != (!Ended(b.Process) && Ended(n.Process)))
        {
            return VmRule.ReleaseIsOnceAfterExit;
        }

        // SHUTDOWN from QEMU stands for a quit that need not be sent any more.
        var quits = !b.Has(F.QuitSent) && n.Has(F.QuitSent);
        var listening = n.Process == ProcessStatus.Running && n.Has(F.QmpReady);
        if (Has(t, E.SendQuit) ? !(quits && listening) : quits && i.Kind != K.QmpShutdownSeen)
        {
            return VmRule.QuitIsOnceWhileRunning;
        }

        var kills = !b.Has(F.KillSent) && n.Has(F.KillSent);
        var lateStart = i.Kind == K.ProcessStarted && b.Process is ProcessStatus.Launching or ProcessStatus.Lost;
        var target = !Ended(n.Process) || lateStart;
        return Has(t, E.KillProcess) ? (kills || lateStart) && n.Has(F.KillSent) && target ? VmRule.None : VmRule.KillIsRecorded
            : kills ? VmRule.KillIsRecorded : VmRule.None;
    }

    private static VmRule GuestEffects(VmCore b, VmInput i, Transition t)
    {
        var n = t.Next;
        var entered = n.Phase != b.Phase;
        var allowed = b.Phase switch
        {
            VmPhase.Stopping => n.Phase switch
            {
                VmPhase.Terminating => E.SendDestroyPod,
                VmPhase.Cleaning => E.SendRescan,
                _ => E.None,
            },
            VmPhase.Terminating or VmPhase.Destroying or VmPhase.Gone => E.None,
            _ => ToGuest,
        };
        if ((t.Effects & ToGuest & ~allowed) != 0)
        {
            return VmRule.GuestIsLeftAlone;
        }

        if (Has(t, E.SendStartPod) != (!b.Has(F.StartSent) && n.Has(F.StartSent)) || Has(t, E.SendStartPod) && n.Devices.AnyAdding)
        {
            return VmRule.StartIsOnceWhenAttached;
        }

        if (Has(t, E.SendRescan) != (!b.Has(F.RescanSent) && n.Has(F.RescanSent)) || Has(t, E.SendRescan) && !n.Devices.IsEmpty)
        {
            return VmRule.RescanIsOnceWhenDetached;
        }

        if (Has(t, E.SendStopPod) != (entered && n.Phase == VmPhase.Stopping)
            || Has(t, E.SendDestroyPod) != (entered && n.Phase == VmPhase.Terminating))
        {
            return VmRule.StopAndDestroyAreSentOnEntry;
        }

        var due = i.Kind == K.DeadlineElapsed && i.Operand == (int)DeadlineKind.Ping && b.Armed.Has(DeadlineKind.Ping);
        return Has(t, E.SendPing) == due && (!due || n.Armed.Has(DeadlineKind.Pong)) ? VmRule.None : VmRule.PingHasADeadline;
    }

    private static VmRule DeviceEffects(VmCore b, VmInput i, Transition t)
    {
        var n = t.Next;
        var adds = n.Phase == VmPhase.Starting && b.Phase != VmPhase.Starting && !n.Devices.IsEmpty;
        var removes = n.Phase == VmPhase.Cleaning && b.Phase != VmPhase.Cleaning && !n.Devices.IsEmpty;
        if (Has(t, E.AddDevices) != adds || Has(t, E.RemoveDevices) != removes
            || t.Devices != (adds || removes ? n.Devices.Used : default))
        {
            return VmRule.DeviceEffectsNameTheirSlots;
        }

        return n.Devices == b.Devices || DevicesMoved(b, i, t) ? VmRule.None : VmRule.DevicesMoveByTheirEvents;
    }

    private static bool DevicesMoved(VmCore b, VmInput i, Transition t)
    {
        var n = t.Next;
        if (Ended(n.Process) || i.Kind == K.StopPodRequested && b.Phase == VmPhase.Booting)
        {
            return n.Devices.IsEmpty;
        }

        if (i.Kind == K.RunPodRequested)
        {
            return b.Devices.IsEmpty && n.Devices == DeviceSet.Adding(i.Operand);
        }

        // Entering Cleaning with nothing half-attached; or one device, by its own event.
        return n.Phase == VmPhase.Cleaning && b.Phase != VmPhase.Cleaning
            ? n.Devices == b.Devices.RemoveAll()
            : (i.Kind, b.Devices[i.Operand]) switch
            {
                (K.DeviceAdded, DeviceStatus.Adding) => n.Devices == b.Devices.With(i.Operand, DeviceStatus.Attached),
                (K.DeviceRemoved, DeviceStatus.Removing) => n.Devices == b.Devices.With(i.Operand, DeviceStatus.Free),
                _ => false,
            };
    }
}
