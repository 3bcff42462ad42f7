using Rx.Vm.Devices;
using Rx.Vm.Lifecycle;
using E = Rx.Vm.Lifecycle.VmEffects;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Tests.Campaign;

// The world's side: what effects and messages bring about when nothing goes wrong. Times in milliseconds, about those of a real machine.
internal partial struct World
{
    private enum Process : byte
    {
        None,
        Launching,
        Alive,
        Dead,
    }

    private readonly bool MonitorTalks => _process == Process.Alive && !_monitorClosed && !_monitorMute;

    private readonly bool GuestTalks => _process == Process.Alive && !_guestClosed && !_guestMute;

    private readonly bool IsOpen(Channel channel) => channel switch
    {
        Channel.Monitor => !_monitorClosed,
        Channel.Guest => !_guestClosed,
        _ => true,
    };

    // True of the world before the machine hears of it.
    private void Happen(Message message)
    {
        switch (message.Kind)
        {
            case K.ProcessStarted when _process == Process.Launching:
                _process = Process.Alive;
                Send(K.QmpConnected, 80);
                Send(K.GuestReady, 900);
                if (_givenUp)
                {
                    Die(exitFirst: false);
                }

                break;
            case K.ProcessExited:
                _process = Process.Dead;
                break;
            case K.QmpDisconnected:
                _monitorClosed = true;
                break;
            case K.GuestDisconnected:
                _guestClosed = true;
                break;
        }
    }

    private void React(Transition t)
    {
        if (t.Effects.HasFlag(E.LaunchProcess))
        {
            _process = Process.Launching;
            Send(K.ProcessStarted, 60);
        }

        if (MonitorTalks)
        {
            AskMonitor(t);
        }

        if (GuestTalks)
        {
            AskGuest(t.Effects);
        }

        AskHost(t.Effects);
        Tell(t.Effects);
    }

    private void AskMonitor(Transition t)
    {
        if ((t.Effects & (E.AddDevices | E.RemoveDevices)) != 0)
        {
            var (kind, each) = t.Effects.HasFlag(E.AddDevices) ? (K.DeviceAdded, 30u) : (K.DeviceRemoved, 100u);
            for (var slot = 0; slot < DeviceSet.Capacity; slot++)
            {
                if (t.Devices.Has(slot))
                {
                    Send(kind, (uint)(slot + 1) * each, slot);
                }
            }
        }

        if (t.Effects.HasFlag(E.SendQuit))
        {
            End();
        }
    }

    private void AskGuest(E effects)
    {
        if (effects.HasFlag(E.SendStartPod))
        {
            Send(K.PodStartAcked, 200);
            if (_course != Course.Stopped)
            {
                Send(K.PodFinished, 40_000);
            }
        }

        if (effects.HasFlag(E.SendCall))
        {
            Send(K.CallAcked, 20);
        }

        if (effects.HasFlag(E.SendPing))
        {
            Send(K.PingAcked, 5);
        }

        if (effects.HasFlag(E.SendStopPod))
        {
            Send(K.PodStopAcked, 300);
        }

        if (effects.HasFlag(E.SendRescan))
        {
            Send(K.RescanAcked, 10);
        }

        if (effects.HasFlag(E.SendDestroyPod))
        {
            Send(K.PodDestroyAcked, 50);
            End(100);
        }
    }

    private void AskHost(E effects)
    {
        if (effects.HasFlag(E.KillProcess))
        {
            _givenUp = true;
            if (_process == Process.Alive && !_unkillable)
            {
                Die(exitFirst: false);
            }
        }

        if (effects.HasFlag(E.ReleaseResources))
        {
            _released = true;
            if (!_releaseStuck)
            {
                Send(K.ResourcesReleased, 20);
            }
        }
    }

    // The caller's plan goes by what it is told.
    private void Tell(E effects)
    {
        if (effects.HasFlag(E.CompleteRunPod) && !_podSeen)
        {
            _podSeen = true;
            Send(K.CallRequested, 1000);
            if (_course == Course.Stopped)
            {
                Send(K.StopPodRequested, 40_000);
            }
        }

        if (effects.HasFlag(E.FailRunPod))
        {
            PlanShutdown(1000);
        }
    }

    private void PlanShutdown(uint after)
    {
        if (!_shutdownPlanned)
        {
            _shutdownPlanned = true;
            Send(K.ShutdownRequested, after);
        }
    }

    /// <summary>The process ends in good order: it was told to quit, or the guest powered off.</summary>
    private void End(uint after = 0)
    {
        if (_frozen || _ending)
        {
            return;
        }

        _ending = true;
        if (!_monitorMute && !_monitorClosed)
        {
            Send(K.QmpShutdownSeen, after + 10);
        }

        Exit(after + 20, after + 25, after + 30, status: 0);
    }

    /// <summary>The process is killed or crashes.</summary>
    private void Die(bool exitFirst)
    {
        CutAll();
        Exit(exitFirst ? 25u : 15u, exitFirst ? 26u : 16u, exitFirst ? 15u : 26u, status: 1);
        _process = Process.Dead;
    }

    private void CutAll()
    {
        _queue.Cut(Channel.Monitor);
        _queue.Cut(Channel.Guest);
        _queue.Cut(Channel.Process);
    }

    private void Exit(uint guest, uint monitor, uint process, int status)
    {
        if (!_guestClosed)
        {
            Send(K.GuestDisconnected, guest);
        }

        if (!_monitorClosed)
        {
            Send(K.QmpDisconnected, monitor);
        }

        Send(K.ProcessExited, process, status);
    }
}
