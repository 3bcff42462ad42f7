using Rx.Vm.Lifecycle;
using D = Rx.Vm.Lifecycle.DeadlineKind;
using E = Rx.Vm.Lifecycle.VmEffects;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Tests.Lifecycle;

/// <summary>Init's shutdown, Terminating, Destroying, Gone: gracefully, then by force, and never over before the process is.</summary>
public class ReducerEndTests
{
    private const E Released = E.ReleaseResources;

    // An idle machine is told to quit; there is nothing in the guest to destroy.
    [Fact]
    public void Reducer_Init_ShutdownRequested_Quits() =>
        Machine.Init().On(K.ShutdownRequested).Gives(VmPhase.Destroying, E.SendQuit, D.Quit);

    [Fact]
    public void Reducer_Init_ChannelLost_WaitsForTheExit() =>
        Machine.Init().On(K.GuestDisconnected).Gives(VmPhase.Destroying, E.None, D.Loss);

    // DESTROYPOD, quit, exit, one notification.
    [Fact]
    public void Reducer_Terminating_GracefulShutdown_EndsThePodOnceAndTellsOnce()
    {
        var s = Machine.Terminating();
        s = s.On(K.PodFinished).Gives(VmPhase.Terminating, E.EndPod, D.PodDestroy).Next;
        s = s.On(K.PodDestroyAcked).Gives(VmPhase.Terminating, E.SendQuit, D.Quit).Next;
        s = s.After(K.QmpShutdownSeen, K.QmpDisconnected, K.GuestDisconnected);
        s = s.On(K.ProcessExited).Gives(VmPhase.Destroying, Released, D.Release).Next;
        s = s.On(K.ResourcesReleased).Gives(VmPhase.Gone, E.CompleteShutdown).Next;
        Assert.Equal((VmReason.ShutdownRequested, false), (s.Reason, s.Has(VmFlags.ResourcesLost)));
    }

    // Quit, then kill, then list as lost; never just forgotten.
    [Fact]
    public void Reducer_Terminating_NobodyAnswers_EscalatesToGone()
    {
        var s = Machine.Terminating();
        s = s.OnElapsed(D.PodDestroy).Gives(VmPhase.Terminating, E.SendQuit, D.Quit).Next;
        s = s.OnElapsed(D.Quit).Gives(VmPhase.Destroying, E.KillProcess, D.Kill).Next;
        s = s.OnElapsed(D.Kill).Gives(VmPhase.Destroying, Released | E.EndPod, D.Release).Next;
        Assert.Equal((ProcessStatus.Lost, true), (s.Process, s.Has(VmFlags.ResourcesLost)));
        s.OnElapsed(D.Release).Gives(VmPhase.Gone, E.CompleteShutdown);
    }

    // The guest powers off after its goodbye; what breaks then is the normal end.
    [Theory]
    [InlineData(K.PodDestroyAcked, E.SendQuit)]
    [InlineData(K.PodDestroyRefused, E.SendQuit)]
    [InlineData(K.GuestDisconnected, E.SendQuit)]
    [InlineData(K.QmpShutdownSeen, E.None)]
    public void Reducer_Terminating_GuestIsDone_WaitsForTheExit(K done, object effects)
    {
        var s = Machine.Terminating().On(done).Gives(VmPhase.Terminating, (E)effects, D.Quit).Next;
        Assert.All([K.PodDestroyAcked, K.PodDestroyRefused, K.GuestDisconnected, K.QmpShutdownSeen, K.QmpDisconnected, K.QmpFailed], late =>
            s.On(late).IsIgnoredBy(s));
    }

    // Without a monitor nobody can be told to quit.
    [Fact]
    public void Reducer_Terminating_MonitorLost_WaitsForTheExitThenKills() =>
        Machine.Terminating().On(K.QmpDisconnected).Gives(VmPhase.Destroying, E.None, D.Loss).Next
            .OnElapsed(D.Loss).Gives(VmPhase.Destroying, E.KillProcess, D.Kill);

    // Owed in every state that ends, and no timer is put off.
    [Fact]
    public void Reducer_Ending_ShutdownRequested_IsOwed()
    {
        VmCore[] ending = [Machine.Running().After(K.PodFinished), Machine.Lost(), Machine.Init().After(K.FoldFaulted), Machine.Dead()];
        Assert.All(ending, s => Assert.Equal(new Transition(s.Set(VmFlags.ShutdownPending)), s.On(K.ShutdownRequested)));
    }

    [Fact]
    public void Reducer_Ending_KillRequested_KillsWhatStillRuns()
    {
        Assert.All([Machine.Terminating(), Machine.Quitting(), Machine.Lost()], s =>
            s.On(K.KillRequested).Gives(VmPhase.Destroying, E.KillProcess, D.Kill));
        var reason = Machine.Lost().On(K.KillRequested).Next.Reason;
        Assert.Equal(VmReason.ConnectionLost, reason);
    }

    // One kill is enough, and its deadline is not put off by asking again.
    [Fact]
    public void Reducer_Destroying_KillAgain_OnlyOwesAnotherAnswer() =>
        Machine.Killed().On(K.KillRequested).Gives(VmPhase.Destroying, E.None, D.Kill);

    [Fact]
    public void Reducer_Releasing_KillRequested_OnlyOwesAnAnswer() =>
        Machine.Releasing().On(K.KillRequested).Gives(VmPhase.Destroying, E.None, D.Release);

    [Theory]
    [InlineData(K.BootRequested)]
    [InlineData(K.RunPodRequested)]
    [InlineData(K.StopPodRequested)]
    [InlineData(K.CallRequested)]
    public void Reducer_Ending_AnyOtherRequest_IsRefused(K request)
    {
        Assert.All([Machine.Terminating(), Machine.Quitting(), Machine.Lost(), Machine.Killed(), Machine.Releasing()], s =>
            s.On(request).IsRefusedBy(s, Refusal.ShuttingDown));
        Machine.Gone().On(request).IsRefusedBy(Machine.Gone(), Refusal.Gone);
    }

    // A release is only believed when there was something to release.
    [Fact]
    public void Reducer_Destroying_ReleasedBeforeTheExit_IsIgnored()
    {
        VmCore[] alive = [Machine.Quitting(), Machine.Killed(), Machine.Lost()];
        Assert.All(alive, s => s.On(K.ResourcesReleased).IsIgnoredBy(s));
        Assert.All(alive, s => s.On(K.ResourcesLost).IsIgnoredBy(s));
    }

    [Fact]
    public void Reducer_Releasing_ResourcesLost_GoesGoneAndListsThem() =>
        Assert.True(Machine.Releasing().On(K.ResourcesLost).Gives(VmPhase.Gone, E.CompleteShutdown).Next.Has(VmFlags.ResourcesLost));

    // Late, but seen; the record of the loss stays.
    [Fact]
    public void Reducer_GivenUp_ProcessExited_IsRecordedAndReleasesNothingAgain()
    {
        var s = Machine.Killed().OnElapsed(D.Kill).Next;
        var t = s.On(K.ProcessExited, 137).Gives(VmPhase.Destroying, E.None, D.Release);
        Assert.Equal((ProcessStatus.Exited, true), (t.Next.Process, t.Next.Has(VmFlags.ResourcesLost)));
    }

    // A launch may outlast the patience of who asked for it.
    [Fact]
    public void Reducer_KilledWhileLaunching_ProcessStarted_KillsAgainWithItsOwnDeadline()
    {
        var t = Machine.Launching().After(K.KillRequested).On(K.ProcessStarted).Gives(VmPhase.Destroying, E.KillProcess, D.Kill);
        Assert.Equal((t.Next.Armed, ProcessStatus.Running), (t.Rearmed, t.Next.Process));

        var givenUp = Machine.Launching().After(K.KillRequested).OnElapsed(D.Kill).Next;
        Assert.Equal(new Transition(givenUp, E.KillProcess), givenUp.On(K.ProcessStarted));
    }

    [Fact]
    public void Reducer_KilledWhileLaunching_StartFailed_Releases() =>
        Machine.Launching().After(K.KillRequested).On(K.ProcessStartFailed).Gives(VmPhase.Destroying, Released, D.Release);

    // Absorbing; an end that is asked for is already there.
    [Fact]
    public void Reducer_Gone_EndRequested_IsSatisfied()
    {
        Machine.Gone().On(K.ShutdownRequested).Gives(VmPhase.Gone, E.CompleteRequest);
        Machine.Gone().On(K.KillRequested).Gives(VmPhase.Gone, E.CompleteRequest);
    }
}
