using Rx.Vm.Lifecycle;
using D = Rx.Vm.Lifecycle.DeadlineKind;
using E = Rx.Vm.Lifecycle.VmEffects;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Tests.Lifecycle;

/// <summary>Running: calls, keep-alives, and every way a pod ends; Init's keep-alive is the same.</summary>
public class ReducerRunningTests
{
    [Fact]
    public void Reducer_Running_StopRequested_SendsTheStop() =>
        Machine.Running().On(K.StopPodRequested).Gives(VmPhase.Stopping, E.SendStopPod, D.PodStop);

    [Fact]
    public void Reducer_Running_PodFinished_Terminates() => Assert.Equal(
        VmReason.PodFinished,
        Machine.Running(devices: 1).On(K.PodFinished).Gives(VmPhase.Terminating, E.EndPod | E.SendDestroyPod, D.PodDestroy).Next.Reason);

    [Fact]
    public void Reducer_RunningKept_PodFinished_CleansAndTakesTheNextPod()
    {
        var s = Machine.Running(devices: 1, KeepMode.AfterFinish);
        s = s.On(K.PodFinished).Gives(VmPhase.Cleaning, E.EndPod | E.RemoveDevices, D.PodStop).Next;
        s = s.On(K.DeviceRemoved, 0).Gives(VmPhase.Cleaning, E.SendRescan, D.PodStop).Next;
        s = s.On(K.RescanAcked).Gives(VmPhase.Init, E.None, D.Ping).Next;
        s.On(K.RunPodRequested).Gives(VmPhase.Starting, E.SendStartPod, D.PodStart);
    }

    [Fact]
    public void Reducer_Running_ShutdownRequested_Terminates() =>
        Machine.Running().On(K.ShutdownRequested).Gives(VmPhase.Terminating, E.SendDestroyPod, D.PodDestroy);

    [Fact]
    public void Reducer_Running_KillRequested_KillsAndEndsThePodAfterTheExit()
    {
        var s = Machine.Running().On(K.KillRequested).Gives(VmPhase.Destroying, E.KillProcess, D.Kill).Next;
        s = s.On(K.ProcessExited, 137).Gives(VmPhase.Destroying, E.ReleaseResources | E.EndPod, D.Release).Next;
        s.On(K.ResourcesReleased).Gives(VmPhase.Gone, E.CompleteShutdown);
    }

    // Nothing is told or released before the exit; a process that lives on is killed.
    [Theory]
    [InlineData(K.QmpDisconnected)]
    [InlineData(K.QmpFailed)]
    [InlineData(K.GuestDisconnected)]
    public void Reducer_Running_ChannelLost_WaitsForTheExitThenKills(K lost)
    {
        var s = Machine.Running().On(lost).Gives(VmPhase.Destroying, E.None, D.Loss).Next;
        Assert.Equal(VmReason.ConnectionLost, s.Reason);
        s = s.OnElapsed(D.Loss).Gives(VmPhase.Destroying, E.KillProcess, D.Kill).Next;
        s = s.On(K.ProcessExited, 137).Gives(VmPhase.Destroying, E.ReleaseResources | E.EndPod, D.Release).Next;
        Assert.Equal(VmReason.ConnectionLost, s.Reason);
    }

    [Fact]
    public void Reducer_Running_ShutdownSeen_IsTheGuestsOwn() =>
        Assert.Equal(VmReason.GuestShutdown, Machine.Running().On(K.QmpShutdownSeen).Gives(VmPhase.Destroying, E.None, D.Loss).Next.Reason);

    [Theory]
    [InlineData(0, VmReason.GuestShutdown)]
    [InlineData(1, VmReason.ProcessDied)]
    [InlineData(139, VmReason.ProcessDied)]
    public void Reducer_Running_ProcessExited_EndsThePod(int status, VmReason reason)
    {
        var t = Machine.Running(devices: 1).On(K.ProcessExited, status).Gives(VmPhase.Destroying, E.ReleaseResources | E.EndPod, D.Release);
        Assert.Equal((reason, true), (t.Next.Reason, t.Next.Devices.IsEmpty));
    }

    // Also for an idle machine.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Reducer_IdleOrRunning_PingElapsed_PingsAndWaitsForTheAnswer(bool pod)
    {
        var s = pod ? Machine.Running() : Machine.Init();
        var pinged = s.OnElapsed(D.Ping).Gives(s.Phase, E.SendPing, D.Pong).Next;
        pinged.On(K.PingAcked).Gives(s.Phase, E.None, D.Ping);
        var t = pinged.OnElapsed(D.Pong).Gives(VmPhase.Destroying, E.SendQuit, D.Quit);
        Assert.Equal(VmReason.GuestUnresponsive, t.Next.Reason);
    }

    [Fact]
    public void Reducer_Running_CallRequested_SendsItWithADeadline() =>
        Machine.Running().On(K.CallRequested).Gives(VmPhase.Running, E.SendCall, D.Ping, D.Pong);

    // The answer to one call is a sign of life; the other call's time starts anew.
    [Fact]
    public void Reducer_Running_CallAcked_AnswersItAndRestartsTheOthersTime()
    {
        var t = Machine.Running().After(K.CallRequested, K.CallRequested).On(K.CallAcked);
        t.Gives(VmPhase.Running, E.CompleteCall, D.Ping, D.Pong);
        Assert.Equal(t.Next.Armed, t.Rearmed);
        t.Next.On(K.CallRefused).Gives(VmPhase.Running, E.FailCall, D.Ping);
    }

    [Fact]
    public void Reducer_Running_AnswerWithoutACall_IsIgnored()
    {
        var s = Machine.Running();
        s.On(K.CallAcked).IsIgnoredBy(s);
        s.On(K.CallRefused).IsIgnoredBy(s);
    }

    [Fact]
    public void Reducer_Running_CallAboveTheLimit_IsRefused()
    {
        var s = Machine.Running();
        for (var i = 0; i < VmCore.MaxCalls; i++)
        {
            s = s.On(K.CallRequested).Next;
        }

        s.On(K.CallRequested).IsRefusedBy(s, Refusal.TooManyCalls);
    }

    // Whatever ends the machine fails every call that still waits.
    [Theory]
    [InlineData(K.ProcessExited)]
    [InlineData(K.QmpDisconnected)]
    [InlineData(K.KillRequested)]
    [InlineData(K.ShutdownRequested)]
    [InlineData(K.PodFinished)]
    [InlineData(K.InboxOverflowed)]
    public void Reducer_RunningWithCalls_MachineEnds_FailsTheCalls(K end)
    {
        var t = Machine.Running().After(K.CallRequested, K.CallRequested).On(end);
        Assert.Equal((true, 0), (t.Effects.HasFlag(E.FailCalls), t.Next.Calls));
    }

    [Fact]
    public void Reducer_Running_RunRequested_IsRefusedBusy()
    {
        var s = Machine.Running();
        s.On(K.RunPodRequested).IsRefusedBy(s, Refusal.Busy);
        s.On(K.BootRequested).Gives(VmPhase.Running, E.CompleteRequest, D.Ping);
    }

    [Theory]
    [InlineData(K.InboxOverflowed, VmReason.InboxOverflowed)]
    [InlineData(K.FoldFaulted, VmReason.InternalError)]
    public void Reducer_Running_Fault_Kills(K fault, VmReason reason) =>
        Assert.Equal(reason, Machine.Running().On(fault).Gives(VmPhase.Destroying, E.KillProcess, D.Kill).Next.Reason);
}
