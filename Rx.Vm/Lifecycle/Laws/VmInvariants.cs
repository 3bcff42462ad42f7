using Rx.Vm.Devices;
using F = Rx.Vm.Lifecycle.VmFlags;

namespace Rx.Vm.Lifecycle;

/// <summary>
/// What must hold of every state and every transition, told independently of the reducer. Debug builds check each step of a fold; the tests
/// check every reachable state against every input.
/// </summary>
internal static partial class VmInvariants
{
    private const F Connected = F.QmpReady | F.GuestReady;
    private const F Past = Connected | F.StartSent | F.RescanSent | F.QuitSent | F.KillSent | F.ResourcesLost;
    private const uint EvenBits = 0x5555_5555;

    /// <summary>The first law that <paramref name="s"/> breaks.</summary>
    public static VmRule Check(VmCore s) =>
        s.Phase > VmPhase.Gone || s.Process > ProcessStatus.Lost || s.Reason > VmReason.QueueTimedOut || VmCore.Unpack(s.Pack()) != s
            ? VmRule.StateIsPackable
        : !ProcessFits(s) ? VmRule.ProcessFitsPhase
        : !FlagsFit(s) ? VmRule.FlagsFitPhase
        : !DeadlinesFit(s) ? VmRule.PhaseHasItsDeadline
        : s.Calls > 0 && s.Phase is not (VmPhase.Running or VmPhase.Stopping or VmPhase.Cleaning) ? VmRule.CallsFitPhase
        : !DevicesFit(s) ? VmRule.DevicesFitPhase
        : s.Phase >= VmPhase.Terminating != (s.Reason != VmReason.None) ? VmRule.ReasonFitsPhase
        : s.Process == ProcessStatus.Lost && !s.Has(F.ResourcesLost) ? VmRule.LossIsListed
        : VmRule.None;

    /// <summary>The first law that <paramref name="t"/>, made of <paramref name="input"/> in <paramref name="before"/>, or its result breaks.</summary>
    public static VmRule CheckAll(VmCore before, VmInput input, Transition t) =>
        CheckTransition(before, input, t) is var rule && rule != VmRule.None ? rule : Check(t.Next);

    internal static bool Ended(ProcessStatus process) => process is ProcessStatus.Exited or ProcessStatus.Lost;

    private static bool ProcessFits(VmCore s) => s.Phase switch
    {
        VmPhase.Preparing => s.Process == ProcessStatus.None,
        VmPhase.Booting => s.Process is ProcessStatus.Launching or ProcessStatus.Running,
        VmPhase.Init or VmPhase.Starting or VmPhase.Running or VmPhase.Stopping or VmPhase.Cleaning or VmPhase.Terminating =>
            s.Process == ProcessStatus.Running,
        VmPhase.Destroying => s.Process != ProcessStatus.None,
        VmPhase.Gone => s.Process == ProcessStatus.None || Ended(s.Process),
    };

    private static bool DeadlinesFit(VmCore s)
    {
        var only = s.Armed;
        return s.Phase switch
        {
            VmPhase.Preparing or VmPhase.Gone => only.IsEmpty,
            VmPhase.Booting => only == (s.Has(F.Queued) ? DeadlineSet.Of(DeadlineKind.Queue) : s.Process == ProcessStatus.Running && !s.Has(F.QmpReady)
                ? DeadlineSet.Of(DeadlineKind.Boot).With(DeadlineKind.QmpGreeting)
                : DeadlineSet.Of(DeadlineKind.Boot)),
            VmPhase.Init => only == DeadlineSet.Of(DeadlineKind.Ping) || only == DeadlineSet.Of(DeadlineKind.Pong),
            VmPhase.Starting => only == DeadlineSet.Of(DeadlineKind.PodStart),
            VmPhase.Running => !only.IsEmpty && only.Without(DeadlineKind.Ping).Without(DeadlineKind.Pong).IsEmpty
                && (s.Calls == 0 || only.Has(DeadlineKind.Pong)),
            VmPhase.Stopping or VmPhase.Cleaning => only == DeadlineSet.Of(DeadlineKind.PodStop),
            VmPhase.Terminating => only == DeadlineSet.Of(s.Has(F.QuitSent) ? DeadlineKind.Quit : DeadlineKind.PodDestroy),
            VmPhase.Destroying => only == DeadlineSet.Of(
                Ended(s.Process) ? DeadlineKind.Release
                : s.Has(F.KillSent) ? DeadlineKind.Kill
                : s.Has(F.QuitSent) ? DeadlineKind.Quit
                : DeadlineKind.Loss),
        };
    }

    private static bool FlagsFit(VmCore s)
    {
        var (needed, allowed) = s.Phase switch
        {
            VmPhase.Preparing => (F.None, F.None),
            VmPhase.Booting => (F.None, Connected | F.RunPending | F.Queued),
            VmPhase.Init => (Connected, F.None),
            VmPhase.Starting => (Connected | F.RunPending, F.StopPending | F.StartSent),
            VmPhase.Running => (Connected | F.StartSent | F.PodLive, F.None),
            VmPhase.Stopping => (Connected | F.StartSent | F.PodLive | F.StopPending, F.None),
            VmPhase.Cleaning => (Connected | F.StartSent, F.StopPending | F.RescanSent),
            VmPhase.Terminating => (Connected, F.StartSent | F.PodLive | F.ShutdownPending | F.QuitSent),
            VmPhase.Destroying => (F.None, Past | F.PodLive | F.ShutdownPending),
            VmPhase.Gone => (F.None, Past),
        };
        return (s.Flags & needed) == needed && (s.Flags & ~(needed | allowed)) == 0 && s.Phase switch
        {
            VmPhase.Booting => s.Process == ProcessStatus.Launching || (s.Flags & Connected) != Connected && !s.Has(F.Queued),
            VmPhase.Starting => s.Has(F.StartSent) != s.Devices.AnyAdding,
            VmPhase.Cleaning => s.Has(F.RescanSent) == s.Devices.IsEmpty,
            VmPhase.Destroying => !s.Has(F.PodLive) || !Ended(s.Process),
            _ => true,
        };
    }

    private static bool DevicesFit(VmCore s)
    {
        var low = s.Devices.Bits & EvenBits;
        var high = s.Devices.Bits >> 1 & EvenBits;
        return s.Phase switch
        {
            VmPhase.Preparing or VmPhase.Init or VmPhase.Gone => s.Devices.IsEmpty,
            VmPhase.Booting => high == 0 && (low == 0 || s.Has(F.RunPending)),
            VmPhase.Starting or VmPhase.Terminating => (low & high) == 0,
            VmPhase.Running or VmPhase.Stopping => low == 0,
            VmPhase.Cleaning => low == high,
            VmPhase.Destroying => s.Devices.IsEmpty || !Ended(s.Process),
        };
    }
}
