using Rx.Vm.Lifecycle;
using D = Rx.Vm.Lifecycle.DeadlineKind;
using E = Rx.Vm.Lifecycle.VmEffects;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Tests.Lifecycle;

/// <summary>Stopping: STOPPOD is on its way and the guest is left alone until it answers.</summary>
public class ReducerStoppingTests
{
    [Fact]
    public void Reducer_Stopping_StopAcked_DetachesTheDevices()
    {
        var t = Machine.Stopping(devices: 2).On(K.PodStopAcked).Gives(VmPhase.Cleaning, E.EndPod | E.RemoveDevices, D.PodStop);
        Assert.Equal([0, 1], t.Devices.Slots);
    }

    // The containers ended while the stop was in flight.
    [Fact]
    public void Reducer_Stopping_PodFinished_IsAsGoodAsStopped() =>
        Machine.Stopping(devices: 1).On(K.PodFinished).Gives(VmPhase.Cleaning, E.EndPod | E.RemoveDevices, D.PodStop);

    // And the acknowledgement that may still follow is no second end.
    [Fact]
    public void Reducer_Stopping_PodFinishedThenStopAcked_EndsOnce()
    {
        var s = Machine.Stopping(devices: 1).After(K.PodFinished);
        s.On(K.PodStopAcked).IsIgnoredBy(s);
        s.On(K.PodFinished).IsIgnoredBy(s);
    }

    [Fact]
    public void Reducer_Stopping_StopElapsed_Terminates() =>
        Fails(Machine.Stopping().OnElapsed(D.PodStop), VmReason.PodStopTimedOut);

    [Fact]
    public void Reducer_Stopping_StopRefused_Terminates() => Fails(Machine.Stopping().On(K.PodStopRefused), VmReason.PodStopRefused);

    [Fact]
    public void Reducer_Stopping_ShutdownRequested_Terminates() =>
        Fails(Machine.Stopping().On(K.ShutdownRequested), VmReason.ShutdownRequested);

    // Late answers to earlier commands are not the stop's, and nothing new is sent.
    [Fact]
    public void Reducer_Stopping_AnswersToOtherCommands_DoNotEndTheStop()
    {
        var s = Machine.Stopping();
        Assert.All([K.PingAcked, K.RescanAcked, K.PodStartAcked, K.PodDestroyAcked, K.RescanRefused, K.PodStartRefused, K.GuestReady], k =>
            s.On(k).IsIgnoredBy(s));
    }

    [Fact]
    public void Reducer_Stopping_CallRequested_IsRefused()
    {
        var s = Machine.Stopping();
        s.On(K.CallRequested).IsRefusedBy(s, Refusal.Stopping);
        s.On(K.RunPodRequested).IsRefusedBy(s, Refusal.Busy);
    }

    // Both callers wait for the one stop.
    [Fact]
    public void Reducer_Stopping_SecondStop_WaitsWithTheFirst() =>
        Machine.Stopping().On(K.StopPodRequested).Gives(VmPhase.Stopping, E.None, D.PodStop);

    // Calls sent before the stop are still answered, in order, before it.
    [Fact]
    public void Reducer_Stopping_AnswerToAnEarlierCall_CompletesIt()
    {
        var s = Machine.Running().After(K.CallRequested, K.CallRequested, K.StopPodRequested);
        s = s.On(K.CallAcked).Gives(VmPhase.Stopping, E.CompleteCall, D.PodStop).Next;
        s.On(K.CallRefused).Gives(VmPhase.Stopping, E.FailCall, D.PodStop);
    }

    // What breaks the machine while running breaks it here.
    [Theory]
    [InlineData(K.QmpFailed)]
    [InlineData(K.QmpDisconnected)]
    [InlineData(K.GuestDisconnected)]
    public void Reducer_Stopping_ChannelLost_FailsTheStop(K lost) =>
        Machine.Stopping().On(lost).Gives(VmPhase.Destroying, E.FailStopPod, D.Loss).Next
            .On(K.ProcessExited, 1).Gives(VmPhase.Destroying, E.ReleaseResources | E.EndPod, D.Release);

    [Fact]
    public void Reducer_Stopping_ProcessExited_FailsTheStopAndEndsThePod() =>
        Machine.Stopping().On(K.ProcessExited, 1).Gives(VmPhase.Destroying, E.ReleaseResources | E.EndPod | E.FailStopPod, D.Release);

    private static void Fails(Transition t, VmReason reason) =>
        Assert.Equal(reason, t.Gives(VmPhase.Terminating, E.SendDestroyPod | E.FailStopPod, D.PodDestroy).Next.Reason);
}
