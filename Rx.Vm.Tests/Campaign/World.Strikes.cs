using Rx.Vm.Lifecycle;
using F = Rx.Vm.Tests.Campaign.FaultKind;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Tests.Campaign;

// What goes wrong.
internal partial struct World
{
    private const uint ShortDelay = 700;
    private const uint Stalled = 5000;
    private const uint Long = 65_000;
    private const uint Sleep = 90_000;
    private const uint Grace = 500;

    /// <summary>
    /// Whether the fault would make a difference to what is arriving, or to the world around it. So the lives of a campaign are all
    /// different in what goes wrong, and faults of one message can be combined.
    /// </summary>
    public readonly bool CanStrike(F kind, Message message) => kind switch
    {
        F.Drop or F.Duplicate or F.Echo or F.Delay or F.Late => !message.IsNone,
        F.Swap => !message.IsNone && _queue.Count > 0,
        F.Stall => !message.IsNone && Channels.Of(message.Kind) is Channel.Process or Channel.Monitor or Channel.Guest,
        F.Refuse => !message.IsNone && Refusal(message) is not null,
        F.RefuseThenGrant or F.GrantThenRefuse => !message.IsNone && Refusal(message) is not null
            && Channels.Of(message.Kind) is Channel.Monitor or Channel.Guest,
        F.Mislabel => !message.IsNone && Mislabelled(message) is not null,
        F.StrayAck or F.StrayFinish or F.StrayReady => GuestTalks,
        F.Die or F.DieExitFirst or F.Freeze => _process == Process.Alive && !_unkillable,
        F.PowerOff => GuestTalks && !_ending,
        F.MonitorCut => _process == Process.Alive && !_monitorClosed,
        F.GuestCut => _process == Process.Alive && !_guestClosed,
        F.MonitorMute => MonitorTalks,
        F.GuestMute => GuestTalks,
        F.Unkillable => _process == Process.Alive && !_unkillable,
        F.ReleaseStuck => !_releaseStuck,
        F.HostSleep or F.StaleDeadlines or F.Overflow or F.FoldFault or F.AskKill or F.AskShutdown or F.AskStop
            or F.AskRun or F.AskCalls => true,
    };

    /// <summary>Lets <paramref name="kind"/> strike.</summary>
    /// <param name="kind">What goes wrong.</param>
    /// <param name="message">The message, and what becomes of it: <see cref="Message.None"/> when it does not come now.</param>
    public void Strike(F kind, ref Message message)
    {
        switch (kind)
        {
            case F.StrayAck: Apply(new VmInput(K.PodStopAcked)); break;
            case F.StrayFinish: Apply(new VmInput(K.PodFinished)); break;
            case F.StrayReady: Apply(new VmInput(K.GuestReady)); break;
            case F.Die: Die(exitFirst: false); break;
            case F.DieExitFirst: Die(exitFirst: true); break;
            case F.PowerOff: End(); break;
            case F.MonitorCut: Cut(Channel.Monitor, K.QmpDisconnected); break;
            case F.GuestCut: Cut(Channel.Guest, K.GuestDisconnected); break;
            case F.MonitorMute: _monitorMute = true; _queue.Cut(Channel.Monitor, spared: true); break;
            case F.GuestMute: _guestMute = true; _queue.Cut(Channel.Guest, spared: true); break;
            case F.Freeze: Freeze(); break;
            case F.Unkillable: Freeze(); _unkillable = true; break;
            case F.HostSleep: SleepHost(); break;
            case F.StaleDeadlines: FireStale(); break;
            case F.ReleaseStuck: _releaseStuck = true; break;
            case F.Overflow: Apply(new VmInput(K.InboxOverflowed)); break;
            case F.FoldFault: Apply(new VmInput(K.FoldFaulted)); break;
            case F.AskKill: Apply(new VmInput(K.KillRequested)); break;
            case F.AskShutdown: Apply(new VmInput(K.ShutdownRequested)); break;
            case F.AskStop: Apply(new VmInput(K.StopPodRequested)); break;
            case F.AskRun: AskRun(); break;
            case F.AskCalls: AskCalls(); break;
            default: Spoil(kind, ref message); break;
        }
    }

    private void Spoil(F kind, ref Message message)
    {
        var (what, operand) = (message.Kind, message.Operand);
        switch (kind)
        {
            case F.Drop: break;
            case F.Duplicate: Put(what, operand, 0); return;
            case F.Echo: Put(what, operand, Stalled); return;
            case F.Delay: Put(what, operand, ShortDelay); break;
            case F.Late: Put(what, operand, Long); break;
            case F.Swap: Put(what, operand, Math.Max(_queue.First.Due, _now) - _now); break;
            case F.Stall: Stall(what, operand); break;
            case F.Refuse:
                message = Refused(message);
                return;
            case F.RefuseThenGrant:
                Put(what, operand, 50);
                message = Refused(message);
                return;
            case F.GrantThenRefuse:
                Put(Refusal(message)!.Value, operand, 50);
                return;
            case F.Mislabel:
                message = new Message(_now, _sent++, Mislabelled(message)!.Value.Kind, Mislabelled(message)!.Value.Operand);
                return;
        }

        message = Message.None;
    }

    // Faults are exact: no tempo.
    private void Put(K kind, int operand, uint after) => _queue.Add(new Message(_now + after, _sent++, kind, operand));

    private void Stall(K kind, int operand)
    {
        if (kind == K.ProcessStarted && _process == Process.Alive)
        {
            // Not up yet, then, and neither is what is in it.
            _process = Process.Launching;
            _queue.Cut(Channel.Monitor);
            _queue.Cut(Channel.Guest);
            Put(kind, operand, Long);
            return;
        }

        _queue.Shift(Channels.Of(kind), _now, Stalled);
        Put(kind, operand, Stalled);
    }

    private void Cut(Channel channel, K end)
    {
        _queue.Cut(channel);
        Put(end, 0, 0);
    }

    private void Freeze()
    {
        (_frozen, _monitorMute, _guestMute) = (true, true, true);
        CutAll();
    }

    private void SleepHost()
    {
        _queue.Shift(null, _now, -(long)Sleep);
        if (_stage.Pipeline is { } pipeline)
        {
            // Real timers that are this late give what was said meanwhile a moment first.
            pipeline.Sleep(Sleep);
            _grace += Grace;
        }

        for (var i = 0; i < DeadlineSet.Kinds; i++)
        {
            _due[i] = Math.Max(_now, _due[i] < Sleep ? 0 : _due[i] - Sleep);
        }

        _patience = _patience == Never ? Never : Math.Max(_now, _patience < Sleep ? 0 : _patience - Sleep);
    }

    private void FireStale()
    {
        for (var kind = 0; kind < DeadlineSet.Kinds && Breach == Breach.None; kind++)
        {
            if (!_core.Armed.Has((DeadlineKind)kind))
            {
                Apply(new VmInput(K.DeadlineElapsed, kind));
            }
        }
    }

    private void AskRun()
    {
        Apply(new VmInput(K.BootRequested));
        Deliver(new Message(_now, _sent++, K.RunPodRequested, 0));
    }

    private void AskCalls()
    {
        for (var i = 0; i <= VmCore.MaxCalls; i++)
        {
            Deliver(new Message(_now, _sent++, K.CallRequested, 0));
        }
    }

    private Message Refused(Message message)
    {
        switch (message.Kind)
        {
            case K.ProcessStarted:
                _process = Process.Dead;
                CutAll();
                break;
            case K.PodDestroyAcked:
                _ending = false;
                CutAll();
                break;
        }

        return new Message(_now, _sent++, Refusal(message)!.Value, message.Kind == K.ProcessExited ? 1 : message.Operand);
    }

    private static K? Refusal(Message message) => message.Kind switch
    {
        K.ProcessStarted => K.ProcessStartFailed,
        K.ProcessExited when message.Operand == 0 => K.ProcessExited,
        K.QmpConnected => K.QmpFailed,
        K.PodStartAcked => K.PodStartRefused,
        K.PodStopAcked => K.PodStopRefused,
        K.PodDestroyAcked => K.PodDestroyRefused,
        K.RescanAcked => K.RescanRefused,
        K.CallAcked => K.CallRefused,
        K.DeviceAdded => K.DeviceAddFailed,
        K.DeviceRemoved => K.DeviceRemoveFailed,
        K.ResourcesReleased => K.ResourcesLost,
        _ => null,
    };

    private static (K Kind, int Operand)? Mislabelled(Message message) => message.Kind switch
    {
        K.DeviceAdded or K.DeviceRemoved => (message.Kind, message.Operand == 0 ? 1 : 15),
        K.PodStartAcked => (K.PodStopAcked, 0),
        K.PodStopAcked => (K.RescanAcked, 0),
        K.RescanAcked => (K.PodStopAcked, 0),
        K.PodDestroyAcked => (K.PingAcked, 0),
        K.PingAcked => (K.CallAcked, 0),
        K.CallAcked => (K.PingAcked, 0),
        _ => null,
    };
}
