using Rx.Vm.Devices;
using Rx.Vm.Lifecycle;
using Rx.Vm.Tests.Lifecycle.Search;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Tests.Lifecycle;

/// <summary>Machines in each phase, brought there by the events of an ordinary life, and short words for what happens to them next.</summary>
internal static class Machine
{
    public static VmCore Preparing(KeepMode keep = KeepMode.None) => new() { Keep = keep };

    /// <summary>Launched; the process has not been reported.</summary>
    public static VmCore Launching(KeepMode keep = KeepMode.None) => Preparing(keep).After(K.BootRequested);

    /// <summary>The process runs; neither monitor nor guest has been heard.</summary>
    public static VmCore Booting(KeepMode keep = KeepMode.None) => Launching(keep).After(K.ProcessStarted);

    public static VmCore Init(KeepMode keep = KeepMode.None) => Booting(keep).After(K.QmpConnected, K.GuestReady);

    /// <summary>A pod is being started, none of its <paramref name="devices"/> is attached.</summary>
    public static VmCore Starting(int devices = 0, KeepMode keep = KeepMode.None) => Init(keep).On(K.RunPodRequested, devices).Next;

    /// <summary>A pod runs with <paramref name="devices"/> attached devices.</summary>
    public static VmCore Running(int devices = 0, KeepMode keep = KeepMode.None)
    {
        var s = Starting(devices, keep);
        for (var slot = 0; slot < devices; slot++)
        {
            s = s.On(K.DeviceAdded, slot).Next;
        }

        return s.After(K.PodStartAcked);
    }

    public static VmCore Stopping(int devices = 0) => Running(devices).After(K.StopPodRequested);

    /// <summary>After a stop; the devices are being detached, or without any the rescan is awaited.</summary>
    public static VmCore Cleaning(int devices = 0) => Stopping(devices).After(K.PodStopAcked);

    /// <summary>After a shutdown of a running pod; the guest has not answered.</summary>
    public static VmCore Terminating() => Running().After(K.ShutdownRequested);

    /// <summary>An idle machine that was told to quit.</summary>
    public static VmCore Quitting() => Init().After(K.ShutdownRequested);

    /// <summary>An idle machine that was killed.</summary>
    public static VmCore Killed() => Init().After(K.KillRequested);

    /// <summary>A machine whose channel broke; its process may have died.</summary>
    public static VmCore Lost() => Init().After(K.QmpDisconnected);

    /// <summary>A machine whose process has gone; its resources are being released.</summary>
    public static VmCore Releasing() => Quitting().After(K.ProcessExited);

    /// <summary>A machine whose process died by itself; its resources are being released.</summary>
    public static VmCore Dead() => Init().On(K.ProcessExited, 1).Next;

    public static VmCore Gone() => Releasing().After(K.ResourcesReleased);

    /// <summary>A state on one short line.</summary>
    public static string Words(this VmCore s)
    {
        var slots = string.Concat(Enumerable.Range(0, DeviceSet.Capacity).Select(slot => ".+*-"[(int)s.Devices[slot]]));
        return $"{s.Phase}/{s.Process} keep={s.Keep} reason={s.Reason} [{s.Flags}] calls={s.Calls} armed=[{s.Armed}] devices={slots}";
    }

    /// <summary>A transition on one short line.</summary>
    public static string Words(this Transition t) => $"{t.Next.Words()} effects=[{t.Effects}] rearmed=[{t.Rearmed}] refused={t.Refused}";

    /// <summary>What one event makes of this state; the laws are checked on the way.</summary>
    public static Transition On(this VmCore s, K kind, int operand = 0)
    {
        var input = new VmInput(kind, operand);
        var t = VmReducer.Reduce(s, input);
        var broken = VmInvariants.CheckAll(s, input, t);
        Assert.True(broken == VmRule.None, $"{broken}: {s.Words()} + {Inputs.Name(input)} -> {t.Words()}");
        return t;
    }

    /// <summary>What the elapsed deadline makes of this state.</summary>
    public static Transition OnElapsed(this VmCore s, DeadlineKind kind) => s.On(K.DeadlineElapsed, (int)kind);

    /// <summary>This state after events without operand.</summary>
    public static VmCore After(this VmCore s, params ReadOnlySpan<K> kinds)
    {
        foreach (var kind in kinds)
        {
            s = s.On(kind).Next;
        }

        return s;
    }

    /// <summary>Asserts the phase, the effects (all of them) and the armed deadlines (all of them) of a transition.</summary>
    public static Transition Gives(this Transition t, VmPhase phase, VmEffects effects, params ReadOnlySpan<DeadlineKind> armed)
    {
        var set = DeadlineSet.Empty;
        foreach (var kind in armed)
        {
            set = set.With(kind);
        }

        Assert.Equal((phase, effects, set, Refusal.None), (t.Next.Phase, t.Effects, t.Next.Armed, t.Refused));
        return t;
    }

    /// <summary>Asserts that the event changed nothing and nothing is to be done.</summary>
    public static void IsIgnoredBy(this Transition t, VmCore s) => Assert.Equal(new Transition(s), t);

    /// <summary>Asserts that the request was refused and changed nothing.</summary>
    public static void IsRefusedBy(this Transition t, VmCore s, Refusal why) => Assert.Equal(new Transition(s, Refused: why), t);
}
