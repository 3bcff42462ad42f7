using Rx.Vm.Devices;
using Rx.Vm.Lifecycle;
using D = Rx.Vm.Lifecycle.DeadlineKind;
using E = Rx.Vm.Lifecycle.VmEffects;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Tests.Lifecycle;

/// <summary>Booting: started, greeted, READY, in any order; every way to fail ends the process.</summary>
public class ReducerBootingTests
{
    [Fact]
    public void Reducer_Booting_LastOfStartedGreetedReady_GoesInit()
    {
        K[][] orders =
        [
            [K.ProcessStarted, K.QmpConnected, K.GuestReady],
            [K.ProcessStarted, K.GuestReady, K.QmpConnected],
            [K.QmpConnected, K.ProcessStarted, K.GuestReady],
            [K.QmpConnected, K.GuestReady, K.ProcessStarted],
            [K.GuestReady, K.ProcessStarted, K.QmpConnected],
            [K.GuestReady, K.QmpConnected, K.ProcessStarted],
        ];
        Assert.All(orders, order =>
        {
            var almost = Machine.Launching().After(order.AsSpan(0, 2));
            Assert.Equal(VmPhase.Booting, almost.Phase);
            almost.On(order[2]).Gives(VmPhase.Init, E.None, D.Ping);
        });
    }

    // The greeting's deadline must not outlive the greeting when the start is reported after it.
    [Fact]
    public void Reducer_Booting_StartedAfterGreeted_WaitsForReadyOnly() =>
        Machine.Launching().After(K.QmpConnected).On(K.ProcessStarted).Gives(VmPhase.Booting, E.None, D.Boot);

    [Fact]
    public void Reducer_Booting_ShutdownBeforeStartedIsReported_KillsInsteadOfQuits() =>
        Machine.Launching().After(K.QmpConnected).On(K.ShutdownRequested).Gives(VmPhase.Destroying, E.KillProcess, D.Kill);

    [Fact]
    public void Reducer_Booting_BootElapsed_Kills()
    {
        var t = Machine.Booting().After(K.QmpConnected).OnElapsed(D.Boot).Gives(VmPhase.Destroying, E.KillProcess, D.Kill);
        Assert.Equal(VmReason.BootTimedOut, t.Next.Reason);
    }

    // The monitor has a shorter time than the guest.
    [Fact]
    public void Reducer_Booting_GreetingElapsed_Kills()
    {
        var t = Machine.Booting().OnElapsed(D.QmpGreeting).Gives(VmPhase.Destroying, E.KillProcess, D.Kill);
        Assert.Equal(VmReason.QmpFailed, t.Next.Reason);
    }

    // At once, not by a timer; there is nothing to kill.
    [Fact]
    public void Reducer_Booting_StartFailed_ReleasesAndFailsTheRun()
    {
        var t = Machine.Preparing().After(K.RunPodRequested).On(K.ProcessStartFailed)
            .Gives(VmPhase.Destroying, E.ReleaseResources | E.FailRunPod, D.Release);
        Assert.Equal(VmReason.StartFailed, t.Next.Reason);
    }

    [Fact]
    public void Reducer_Booting_StartFailedAfterStarted_IsIgnored()
    {
        var s = Machine.Booting();
        s.On(K.ProcessStartFailed).IsIgnoredBy(s);
    }

    [Fact]
    public void Reducer_Booting_ProcessExited_Releases()
    {
        var t = Machine.Booting().On(K.ProcessExited, 1).Gives(VmPhase.Destroying, E.ReleaseResources, D.Release);
        Assert.Equal(VmReason.ProcessDied, t.Next.Reason);
    }

    // A monitor that failed because QEMU has died is explained by the exit that follows.
    [Fact]
    public void Reducer_Booting_QmpFailedThenExited_TellsTheExit()
    {
        var t = Machine.Booting().On(K.QmpFailed).Gives(VmPhase.Destroying, E.None, D.Loss);
        Assert.Equal(VmReason.QmpFailed, t.Next.Reason);
        Assert.Equal(VmReason.ProcessDied, t.Next.On(K.ProcessExited, 1).Next.Reason);
    }

    // The monitor failed but the process lives: it is killed.
    [Fact]
    public void Reducer_Booting_QmpFailedAndNoExit_Kills() =>
        Assert.Equal(
            VmReason.QmpFailed,
            Machine.Booting().After(K.QmpFailed).OnElapsed(D.Loss).Gives(VmPhase.Destroying, E.KillProcess, D.Kill).Next.Reason);

    // One pod at a time, and the second caller is told.
    [Fact]
    public void Reducer_Booting_SecondRun_IsRefusedBusy()
    {
        var s = Machine.Booting().On(K.RunPodRequested, 1).Next;
        s.On(K.RunPodRequested, 1).IsRefusedBy(s, Refusal.Busy);
    }

    [Fact]
    public void Reducer_Booting_StopBeforeTheStart_FailsTheRunAndKeepsBooting()
    {
        var s = Machine.Booting().On(K.RunPodRequested, 2).Next;
        var t = s.On(K.StopPodRequested).Gives(VmPhase.Booting, E.FailRunPod | E.CompleteRequest, D.Boot, D.QmpGreeting);
        Assert.Equal(VmPhase.Init, t.Next.After(K.QmpConnected, K.GuestReady).Phase);
    }

    // STARTPOD is the first command.
    [Fact]
    public void Reducer_Booting_ReadyWithAPodWaiting_StartsIt() =>
        Machine.Booting().After(K.RunPodRequested, K.QmpConnected).On(K.GuestReady).Gives(VmPhase.Starting, E.SendStartPod, D.PodStart);

    // A guest cannot talk its way out of the deadline.
    [Fact]
    public void Reducer_Booting_RepeatedReady_DoesNotRestartTheDeadline()
    {
        var s = Machine.Booting().After(K.GuestReady);
        s.On(K.GuestReady).IsIgnoredBy(s);
        s.On(K.ProcessStarted).IsIgnoredBy(s);
    }

    [Fact]
    public void Reducer_Booting_ShutdownRequested_QuitsWhenTheMonitorListens() =>
        Machine.Booting().After(K.QmpConnected).On(K.ShutdownRequested).Gives(VmPhase.Destroying, E.SendQuit, D.Quit);

    // The time to boot begins with the turn, and not while others boot.
    [Fact]
    public void Reducer_Booting_Queued_WaitsForItsTurnOnly()
    {
        Machine.Launching().On(K.StartQueued).Gives(VmPhase.Booting, E.None, D.Queue);
        Machine.Launching().After(K.StartQueued).On(K.StartAdmitted).Gives(VmPhase.Booting, E.None, D.Boot);
        Machine.Launching().After(K.StartQueued, K.StartAdmitted).On(K.ProcessStarted)
            .Gives(VmPhase.Booting, E.None, D.Boot, D.QmpGreeting);
    }

    [Fact]
    public void Reducer_Booting_StartedWithoutWordOfItsTurn_HasAllItsTime() =>
        Machine.Launching().After(K.StartQueued).On(K.ProcessStarted).Gives(VmPhase.Booting, E.None, D.Boot, D.QmpGreeting);

    [Theory]
    [InlineData(K.KillRequested, VmReason.KillRequested)]
    [InlineData(K.ShutdownRequested, VmReason.ShutdownRequested)]
    public void Reducer_Booting_EndedInTheQueue_GivesUpTheStart(K request, VmReason reason)
    {
        var t = Machine.Launching().After(K.StartQueued).On(request).Gives(VmPhase.Destroying, E.KillProcess, D.Kill);
        Assert.Equal((reason, false), (t.Next.Reason, t.Next.Has(VmFlags.Queued)));
        t.Next.On(K.ProcessStartFailed).Gives(VmPhase.Destroying, E.ReleaseResources, D.Release);
    }

    [Fact]
    public void Reducer_Booting_TurnNeverCame_SaysSo()
    {
        var t = Machine.Launching().After(K.StartQueued).OnElapsed(D.Queue).Gives(VmPhase.Destroying, E.KillProcess, D.Kill);
        Assert.Equal(VmReason.QueueTimedOut, t.Next.Reason);
    }

    [Fact]
    public void Reducer_Booting_QueuedOnceStarted_IsIgnored()
    {
        var s = Machine.Booting();
        Assert.Equal(new Transition(s), s.On(K.StartQueued));
        Assert.Equal(new Transition(s), s.On(K.StartAdmitted));
    }
}
