using Rx.Vm.Lifecycle;
using D = Rx.Vm.Lifecycle.DeadlineKind;
using E = Rx.Vm.Lifecycle.VmEffects;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Tests.Lifecycle;

/// <summary>Starting: devices first, then STARTPOD, once; every failure is told to who asked and ends the machine gracefully.</summary>
public class ReducerStartingTests
{
    // After every device, once.
    [Fact]
    public void Reducer_Starting_DevicesAdded_SendsTheStartAfterTheLast()
    {
        var s = Machine.Starting(devices: 3);
        s = s.On(K.DeviceAdded, 2).Gives(VmPhase.Starting, E.None, D.PodStart).Next;
        s = s.On(K.DeviceAdded, 0).Gives(VmPhase.Starting, E.None, D.PodStart).Next;
        s.On(K.DeviceAdded, 1).Gives(VmPhase.Starting, E.SendStartPod, D.PodStart);
    }

    [Fact]
    public void Reducer_Starting_RepeatedDeviceAdded_IsIgnored()
    {
        var half = Machine.Starting(devices: 2).On(K.DeviceAdded, 0).Next;
        half.On(K.DeviceAdded, 0).IsIgnoredBy(half);
        var sent = half.On(K.DeviceAdded, 1).Next;
        sent.On(K.DeviceAdded, 1).IsIgnoredBy(sent);
        sent.On(K.DeviceAdded, 9).IsIgnoredBy(sent);
    }

    [Fact]
    public void Reducer_Starting_StartAcked_GoesRunning() =>
        Machine.Starting().On(K.PodStartAcked).Gives(VmPhase.Running, E.CompleteRunPod, D.Ping);

    // An ACK that answers nothing, from a confused or hostile guest.
    [Theory]
    [InlineData(K.PodStartAcked)]
    [InlineData(K.PodStartRefused)]
    [InlineData(K.PodFinished)]
    public void Reducer_Starting_AnswerBeforeTheStartWasSent_IsIgnored(K answer)
    {
        var s = Machine.Starting(devices: 1);
        s.On(answer).IsIgnoredBy(s);
    }

    [Fact]
    public void Reducer_Starting_StartElapsed_Terminates() => Fails(Machine.Starting().OnElapsed(D.PodStart), VmReason.PodStartTimedOut);

    [Fact]
    public void Reducer_Starting_StartElapsedWhileAttaching_Terminates() =>
        Fails(Machine.Starting(devices: 2).OnElapsed(D.PodStart), VmReason.PodStartTimedOut);

    [Fact]
    public void Reducer_Starting_StartRefused_Terminates() => Fails(Machine.Starting().On(K.PodStartRefused), VmReason.PodStartRefused);

    [Fact]
    public void Reducer_Starting_DeviceAddFailed_Terminates() =>
        Fails(Machine.Starting(devices: 2).On(K.DeviceAddFailed, 1), VmReason.DeviceAddFailed);

    [Fact]
    public void Reducer_Starting_FailureOfAnAttachedDevice_IsIgnored()
    {
        var s = Machine.Starting(devices: 2).On(K.DeviceAdded, 0).Next;
        s.On(K.DeviceAddFailed, 0).IsIgnoredBy(s);
    }

    // Busy, and nothing is parked for later.
    [Theory]
    [InlineData(K.RunPodRequested)]
    [InlineData(K.CallRequested)]
    public void Reducer_Starting_PodInUseRequested_IsRefusedBusy(K request)
    {
        var s = Machine.Starting(devices: 1);
        s.On(request).IsRefusedBy(s, Refusal.Busy);
    }

    // A stop during the start is parked, and done as soon as there is something to stop.
    [Fact]
    public void Reducer_Starting_StopRequested_StopsOnceStarted()
    {
        var s = Machine.Starting().On(K.StopPodRequested).Gives(VmPhase.Starting, E.None, D.PodStart).Next;
        s.On(K.PodStartAcked).Gives(VmPhase.Stopping, E.CompleteRunPod | E.SendStopPod, D.PodStop);
    }

    // A parked stop keeps its machine, also when the pod ends first and the machine was not to be kept.
    [Fact]
    public void Reducer_StartingWithParkedStop_PodFinished_Cleans() =>
        Machine.Starting().After(K.StopPodRequested).On(K.PodFinished)
            .Gives(VmPhase.Cleaning, E.CompleteRunPod | E.EndPod | E.SendRescan, D.PodStop).Next
            .On(K.RescanAcked).Gives(VmPhase.Init, E.CompleteStopPod, D.Ping);

    [Fact]
    public void Reducer_StartingWithParkedStop_StartRefused_FailsBoth() =>
        Machine.Starting().After(K.StopPodRequested).On(K.PodStartRefused)
            .Gives(VmPhase.Terminating, E.SendDestroyPod | E.FailRunPod | E.FailStopPod, D.PodDestroy);

    // FINISHPOD may overtake the ACK: the pod did start, and it has ended.
    [Theory]
    [InlineData(KeepMode.None, VmPhase.Terminating, E.CompleteRunPod | E.EndPod | E.SendDestroyPod, D.PodDestroy)]
    [InlineData(KeepMode.AfterFinish, VmPhase.Cleaning, E.CompleteRunPod | E.EndPod | E.SendRescan, D.PodStop)]
    public void Reducer_Starting_PodFinished_StartedAndEnded(KeepMode keep, VmPhase phase, object effects, D armed) =>
        Machine.Starting(keep: keep).On(K.PodFinished).Gives(phase, (E)effects, armed);

    [Fact]
    public void Reducer_Starting_ShutdownRequested_TerminatesAndFailsTheRun() =>
        Fails(Machine.Starting(devices: 1).On(K.ShutdownRequested), VmReason.ShutdownRequested);

    [Fact]
    public void Reducer_Starting_ProcessExited_FailsTheRun()
    {
        var t = Machine.Starting(devices: 2).On(K.ProcessExited, 1)
            .Gives(VmPhase.Destroying, E.ReleaseResources | E.FailRunPod, D.Release);
        Assert.Equal((VmReason.ProcessDied, true), (t.Next.Reason, t.Next.Devices.IsEmpty));
    }

    private static void Fails(Transition t, VmReason reason) =>
        Assert.Equal(reason, t.Gives(VmPhase.Terminating, E.SendDestroyPod | E.FailRunPod, D.PodDestroy).Next.Reason);
}
