using Rx.Vm.Devices;
using Rx.Vm.Lifecycle;
using Rx.Vm.Tests.Lifecycle.Search;
using D = Rx.Vm.Lifecycle.DeadlineKind;
using E = Rx.Vm.Lifecycle.VmEffects;
using F = Rx.Vm.Lifecycle.VmFlags;
using K = Rx.Vm.Lifecycle.VmEventKind;
using P = Rx.Vm.Lifecycle.VmPhase;

namespace Rx.Vm.Tests.Lifecycle;

/// <summary>One-line faults, at least one per law: the sort of slip a change to the reducer could make.</summary>
internal static class PlantedFaults
{
    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        // States.
        new("an unknown reason is set", VmRule.StateIsPackable,
            (s, _, t) => s.Phase == P.Running && t.Next.Phase == P.Destroying ? With(t, t.Next with { Reason = (VmReason)31 }) : t),
        new("Stopping arms nothing", VmRule.PhaseHasItsDeadline,
            (s, _, t) => Entered(s, t, P.Stopping) ? t.Disarm(D.PodStop) : t),
        new("a greeting outlives its deadline", VmRule.PhaseHasItsDeadline,
            (s, i, t) => s.Phase == P.Booting && i.Kind == K.ProcessStarted && s.Has(F.QmpReady) && t.Next.Phase == P.Booting
                ? t.Arm(D.QmpGreeting) : t),
        new("Booting has no deadline", VmRule.PhaseHasItsDeadline,
            (s, _, t) => Entered(s, t, P.Booting) ? t.Disarm(D.Boot) : t),
        new("a machine boots before its process", VmRule.ProcessFitsPhase,
            (_, _, t) => t.Next is { Phase: P.Booting, Process: ProcessStatus.Launching } n && n.Has(F.QmpReady) && n.Has(F.GuestReady)
                ? With(t, n with { Phase = P.Init }).DisarmAll().Arm(D.Ping) : t),
        new("the next pod counts as started", VmRule.FlagsFitPhase,
            (s, _, t) => s.Phase == P.Cleaning && t.Next.Phase == P.Init ? With(t, t.Next.Set(F.StartSent)) : t),
        new("calls outlive their pod", VmRule.CallsFitPhase,
            (s, _, t) => s.Phase == P.Cleaning && t.Next.Phase == P.Init
                ? Without(With(t, t.Next with { Calls = s.Calls }), E.FailCalls) : t),
        new("devices outlive the process", VmRule.DevicesFitPhase,
            (s, i, t) => i.Kind == K.ProcessExited ? With(t, t.Next with { Devices = s.Devices }) : t),
        new("a silent guest is no reason", VmRule.ReasonFitsPhase,
            (s, i, t) => i == Inputs.Elapsed(D.Pong) && s.Armed.Has(D.Pong) ? With(t, t.Next with { Reason = VmReason.None }) : t),
        new("a lost process is not listed", VmRule.LossIsListed,
            (_, i, t) => i == Inputs.Elapsed(D.Kill) ? With(t, t.Next.Clear(F.ResourcesLost)) : t),

        // Deadlines.
        new("a disarmed deadline is restarted", VmRule.RearmedIsArmed,
            (_, i, t) => i.Kind == K.PingAcked ? t with { Rearmed = t.Rearmed.With(D.Boot) } : t),
        new("Starting's deadline gets no time", VmRule.NewDeadlineIsTimed,
            (s, _, t) => Entered(s, t, P.Starting) ? t with { Rearmed = DeadlineSet.Empty } : t),
        new("the keep-alive goes on while stopping", VmRule.LeftPhaseLeavesNoDeadline,
            (s, _, t) => Entered(s, t, P.Stopping) ? With(t, t.Next with { Armed = new((ushort)(t.Next.Armed.Bits | s.Armed.Bits)) }) : t),
        new("the stop timer runs on into Terminating", VmRule.LeftPhaseLeavesNoDeadline,
            (s, _, t) => s.Phase == P.Stopping && t.Next.Phase == P.Terminating
                ? With(t, t.Next with { Armed = t.Next.Armed.With(D.PodStop) }) : t),
        new("a ping elapses over and over", VmRule.ElapsedDeadlineIsSpent,
            (s, i, t) => s.Phase == P.Running && i == Inputs.Elapsed(D.Ping)
                ? With(t, t.Next with { Armed = t.Next.Armed.With(D.Ping) }) : t),
        new("a late deadline strikes", VmRule.LateDeadlineIsIgnored,
            (s, i, t) => s.Phase == P.Running && i == Inputs.Elapsed(D.PodStart) ? VmReducer.Reduce(s, new(K.FoldFaulted)) : t),
        new("each device restarts the start timer", VmRule.WaitIsNotExtended,
            (s, i, t) => s.Phase == P.Starting && i.Kind == K.DeviceAdded && t.Next.Phase == P.Starting ? t.Arm(D.PodStart) : t),
        new("a second shutdown restarts the destroy timer", VmRule.WaitIsNotExtended,
            (s, i, t) => s.Phase == P.Terminating && i.Kind == K.ShutdownRequested && !s.Has(F.QuitSent) ? t.Arm(D.PodDestroy) : t),

        // Answers.
        new("a refused run leaves its mark", VmRule.RefusalChangesNothing,
            (s, i, t) => s.Phase == P.Running && i.Kind == K.RunPodRequested ? With(t, t.Next.Set(F.RunPending)) : t),
        new("a second READY answers a request", VmRule.SatisfiedAnswersTheRequest,
            (s, i, t) => s.Phase == P.Init && i.Kind == K.GuestReady ? t.Do(E.CompleteRequest) : t),
        new("a boot is dropped in Running", VmRule.BootIsAnsweredOnce,
            (s, i, t) => s.Phase == P.Running && i.Kind == K.BootRequested ? new(s) : t),
        new("a failed start is not told", VmRule.RunIsAnsweredOnce,
            (s, _, t) => s.Phase == P.Starting && t.Next.Phase == P.Terminating ? Without(t, E.FailRunPod) : t),
        new("a second run takes the first one's place", VmRule.RunIsAnsweredOnce,
            (s, i, t) => s.Phase == P.Booting && i.Kind == K.RunPodRequested && t.Refused == Refusal.Busy ? new(s) : t),
        new("a finished stop is not told", VmRule.StopIsAnsweredOnce,
            (_, _, t) => Without(t, E.CompleteStopPod)),
        new("a stop is dropped while cleaning", VmRule.StopIsAnsweredOnce,
            (s, i, t) => s.Phase == P.Cleaning && i.Kind == K.StopPodRequested ? new(s) : t),
        new("shutdown is told before the end", VmRule.ShutdownIsAnsweredOnce,
            (s, i, t) => i.Kind == K.ProcessExited && s.Has(F.ShutdownPending)
                ? With(t, t.Next.Clear(F.ShutdownPending)).Do(E.CompleteShutdown) : t),
        new("shutdown while destroying is dropped", VmRule.ShutdownIsAnsweredOnce,
            (s, i, t) => s.Phase == P.Destroying && i.Kind == K.ShutdownRequested ? new(s) : t),
        new("calls are forgotten at the end", VmRule.CallIsAnsweredOnce,
            (_, _, t) => Without(t, E.FailCalls)),
        new("a lost pod does not end", VmRule.PodEndsOnce,
            (_, _, t) => t.Effects.HasFlag(E.ReleaseResources) ? Without(t, E.EndPod) : t),
        new("a pod ends twice", VmRule.PodEndsOnce,
            (s, i, t) => s.Phase == P.Cleaning && i.Kind == K.PodFinished ? t.Do(E.EndPod) : t),

        // The course of a life.
        new("a refused start goes back to Init", VmRule.EdgeIsOnTheMap,
            (s, i, t) => s.Phase == P.Starting && i.Kind == K.PodStartRefused ? With(t, t.Next with { Phase = P.Init }) : t),
        new("a boot wakes the dead", VmRule.GoneStaysGone,
            (s, i, t) => s.Phase == P.Gone && i.Kind == K.BootRequested ? VmReducer.Reduce(new VmCore { Keep = s.Keep }, i) : t),
        new("a kill takes the first cause's place", VmRule.ReasonIsKept,
            (s, i, t) => i.Kind == K.KillRequested && s.Phase is P.Terminating or P.Destroying
                ? With(t, t.Next with { Reason = VmReason.KillRequested }) : t),
        new("the monitor is forgotten", VmRule.FactsAreKept,
            (s, _, t) => Entered(s, t, P.Cleaning) ? With(t, t.Next.Clear(F.QmpReady)) : t),
        new("an exited process starts again", VmRule.ProcessOnlyAges,
            (s, i, t) => i.Kind == K.ProcessStarted && s.Process == ProcessStatus.Exited
                ? With(t, t.Next with { Process = ProcessStatus.Running }) : t),
        new("the exit is not seen in Terminating", VmRule.ExitIsHeeded,
            (s, i, t) => s.Phase == P.Terminating && i.Kind == K.ProcessExited ? new(s) : t),
        new("a shutdown waits for the start to end", VmRule.EndIsHeeded,
            (s, i, t) => s.Phase == P.Starting && i.Kind == K.ShutdownRequested ? new(s.Set(F.ShutdownPending)) : t),
        new("a broken channel is shrugged off", VmRule.EndIsHeeded,
            (s, i, t) => s.Phase == P.Init && i.Kind == K.GuestDisconnected ? new(s) : t),

        // Effects.
        new("a failed launch is tried again", VmRule.LaunchIsOnce,
            (_, i, t) => i.Kind == K.ProcessStartFailed ? t.Do(E.LaunchProcess) : t),
        new("resources are released under a running process", VmRule.ReleaseIsOnceAfterExit,
            (s, i, t) => s.Phase == P.Running && i.Kind == K.QmpDisconnected ? t.Do(E.ReleaseResources) : t),
        new("an exit after the loss releases again", VmRule.ReleaseIsOnceAfterExit,
            (s, i, t) => i.Kind == K.ProcessExited && s.Process == ProcessStatus.Lost ? t.Do(E.ReleaseResources) : t),
        new("quit is sent twice", VmRule.QuitIsOnceWhileRunning,
            (s, i, t) => s.Phase == P.Terminating && i.Kind == K.PodDestroyAcked ? t.Do(E.SendQuit) : t),
        new("quit is sent after the exit", VmRule.QuitIsOnceWhileRunning,
            (_, i, t) => i.Kind == K.ProcessExited ? With(t, t.Next.Set(F.QuitSent)).Do(E.SendQuit) : t),
        new("a boot that took too long is not killed", VmRule.KillIsRecorded,
            (_, i, t) => i == Inputs.Elapsed(D.Boot) ? Without(t, E.KillProcess) : t),
        new("a kill is not recorded", VmRule.KillIsRecorded,
            (s, i, t) => i == Inputs.Elapsed(D.Quit) && s.Armed.Has(D.Quit) ? With(t, t.Next.Clear(F.KillSent)) : t),
        new("a repeated device starts the pod again", VmRule.StartIsOnceWhenAttached,
            (s, i, t) => s.Phase == P.Starting && i.Kind == K.DeviceAdded && s.Has(F.StartSent) ? t.Do(E.SendStartPod) : t),
        new("the start does not wait for the last device", VmRule.StartIsOnceWhenAttached,
            (s, i, t) => s.Phase == P.Starting && i.Kind == K.DeviceAdded && !s.Has(F.StartSent)
                ? With(t, t.Next.Set(F.StartSent)).Do(E.SendStartPod) : t),
        new("a repeated removal rescans again", VmRule.RescanIsOnceWhenDetached,
            (s, i, t) => s.Phase == P.Cleaning && i.Kind == K.DeviceRemoved && s.Has(F.RescanSent) ? t.Do(E.SendRescan) : t),
        new("cleaning nothing waits for an event", VmRule.RescanIsOnceWhenDetached,
            (s, _, t) => Entered(s, t, P.Cleaning) ? Without(t, E.SendRescan) : t),
        new("DESTROYPOD is forgotten", VmRule.StopAndDestroyAreSentOnEntry,
            (_, _, t) => Without(t, E.SendDestroyPod)),
        new("a second stop sends STOPPOD again", VmRule.GuestIsLeftAlone,
            (s, i, t) => s.Phase == P.Stopping && i.Kind == K.StopPodRequested ? t.Do(E.SendStopPod) : t),
        new("a ping's answer is not waited for", VmRule.PingHasADeadline,
            (s, i, t) => s.Phase == P.Init && i == Inputs.Elapsed(D.Ping) ? t.Disarm(D.Pong) : t),
        new("a ping is sent while stopping", VmRule.GuestIsLeftAlone,
            (s, i, t) => s.Phase == P.Stopping && i.Kind == K.PingAcked ? t.Do(E.SendPing) : t),
        new("a slot is left out of the removal", VmRule.DeviceEffectsNameTheirSlots,
            (_, _, t) => t.Effects.HasFlag(E.RemoveDevices) ? t with { Devices = new((ushort)(t.Devices.Bits & ~1)) } : t),
        new("one device stands for all", VmRule.DevicesMoveByTheirEvents,
            (s, i, t) => s.Phase == P.Starting && i.Kind == K.DeviceAdded && s.Devices.AnyAdding && t.Next.Devices != s.Devices
                ? With(t, t.Next with { Devices = new DeviceSet(s.Devices.RemoveAll().Bits & 0xAAAA_AAAA) }) : t),
        new("a removal frees its neighbour", VmRule.DevicesMoveByTheirEvents,
            (s, i, t) => s.Phase == P.Cleaning && i.Kind == K.DeviceRemoved && t.Next.Devices != s.Devices && !t.Next.Devices.IsEmpty
                ? With(t, t.Next with { Devices = s.Devices.With(1 - i.Operand, DeviceStatus.Free) }) : t),
    ];

    private static bool Entered(VmCore s, Transition t, P phase) => t.Next.Phase == phase && s.Phase != phase;

    private static Transition With(Transition t, VmCore next) => t with { Next = next };

    private static Transition Without(Transition t, E effects) => t with { Effects = t.Effects & ~effects };
}
