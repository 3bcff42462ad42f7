using Rx.Vm.Devices;
using Rx.Vm.Lifecycle;
using D = Rx.Vm.Lifecycle.DeadlineKind;
using E = Rx.Vm.Lifecycle.VmEffects;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Tests.Lifecycle;

/// <summary>Cleaning: devices are detached, the guest rescans once, and the machine is ready for the next pod.</summary>
public class ReducerCleaningTests
{
    [Fact]
    public void Reducer_Stopping_StopAckedWithoutDevices_AsksForTheRescanAtOnce() =>
        Machine.Stopping().On(K.PodStopAcked).Gives(VmPhase.Cleaning, E.EndPod | E.SendRescan, D.PodStop);

    // One after the other, in any order; the rescan follows the last.
    [Fact]
    public void Reducer_Cleaning_DevicesRemoved_RescansAfterTheLast()
    {
        var s = Machine.Stopping(devices: 2);
        var t = s.On(K.PodStopAcked).Gives(VmPhase.Cleaning, E.EndPod | E.RemoveDevices, D.PodStop);
        Assert.Equal([0, 1], t.Devices.Slots);

        t = t.Next.On(K.DeviceRemoved, 1).Gives(VmPhase.Cleaning, E.None, D.PodStop);
        t.Next.On(K.DeviceRemoved, 0).Gives(VmPhase.Cleaning, E.SendRescan, D.PodStop);
    }

    [Fact]
    public void Reducer_Cleaning_RescanAcked_CompletesTheStopAndGoesInit() =>
        Machine.Cleaning().On(K.RescanAcked).Gives(VmPhase.Init, E.CompleteStopPod, D.Ping);

    [Fact]
    public void Reducer_InitAfterCleaning_RunRequested_StartsTheNextPod()
    {
        var reused = Machine.Cleaning(devices: 1).On(K.DeviceRemoved, 0).Next.After(K.RescanAcked);
        var t = reused.On(K.RunPodRequested, 2).Gives(VmPhase.Starting, E.AddDevices, D.PodStart);
        Assert.Equal([0, 1], t.Devices.Slots);
        Assert.Equal(VmPhase.Running, t.Next.On(K.DeviceAdded, 0).Next.On(K.DeviceAdded, 1).Next.After(K.PodStartAcked).Phase);
    }

    // A 2015 guest whose pod finished during the stop has its answer to the rescan matched with STOPPOD.
    [Theory]
    [InlineData(K.RescanRefused)]
    [InlineData(K.PodStopRefused)]
    public void Reducer_Cleaning_RescanRefused_PowersOff(K refused)
    {
        var t = Machine.Cleaning().On(refused).Gives(VmPhase.Destroying, E.SendQuit | E.FailStopPod, D.Quit);
        Assert.Equal(VmReason.PodStopRefused, t.Next.Reason);
    }

    [Theory]
    [InlineData(K.RescanAcked)]
    [InlineData(K.PodStopAcked)]
    [InlineData(K.RescanRefused)]
    [InlineData(K.PodStopRefused)]
    public void Reducer_Cleaning_AnswerBeforeTheRescanWasSent_IsIgnored(K answer)
    {
        var s = Machine.Cleaning(devices: 1);
        s.On(answer).IsIgnoredBy(s);
    }

    [Fact]
    public void Reducer_Cleaning_RemoveFailed_PowersOff()
    {
        var t = Machine.Cleaning(devices: 1).On(K.DeviceRemoveFailed, 0).Gives(VmPhase.Destroying, E.SendQuit | E.FailStopPod, D.Quit);
        Assert.Equal(VmReason.DeviceRemoveFailed, t.Next.Reason);
    }

    [Fact]
    public void Reducer_Cleaning_RepeatedRemoval_IsIgnored()
    {
        var s = Machine.Cleaning(devices: 1).On(K.DeviceRemoved, 0).Next;
        s.On(K.DeviceRemoved, 0).IsIgnoredBy(s);
        s.On(K.DeviceRemoveFailed, 0).IsIgnoredBy(s);
    }

    [Fact]
    public void Reducer_Cleaning_PodStopElapsed_PowersOff()
    {
        var t = Machine.Cleaning(devices: 1).OnElapsed(D.PodStop).Gives(VmPhase.Destroying, E.SendQuit | E.FailStopPod, D.Quit);
        Assert.Equal(VmReason.PodStopTimedOut, t.Next.Reason);
    }

    [Fact]
    public void Reducer_Cleaning_ShutdownRequested_PowersOffWithADeadline() =>
        Machine.Cleaning().On(K.ShutdownRequested).Gives(VmPhase.Destroying, E.SendQuit | E.FailStopPod, D.Quit);

    [Fact]
    public void Reducer_Cleaning_RunRequested_IsRefusedBusy()
    {
        var s = Machine.Cleaning();
        s.On(K.RunPodRequested).IsRefusedBy(s, Refusal.Busy);
        s.On(K.CallRequested).IsRefusedBy(s, Refusal.NoPod);
        s.On(K.BootRequested).Gives(VmPhase.Cleaning, E.CompleteRequest, D.PodStop);
    }

    // The pod ended by itself and is being cleaned away: a stop now waits for the same end.
    [Fact]
    public void Reducer_CleaningAfterFinish_StopRequested_CompletesWithTheCleaning()
    {
        var s = Machine.Running(keep: KeepMode.AfterFinish).After(K.PodFinished, K.StopPodRequested);
        s.On(K.RescanAcked).Gives(VmPhase.Init, E.CompleteStopPod, D.Ping);
    }

    // Seen here too, and the devices go with the machine.
    [Fact]
    public void Reducer_Cleaning_ProcessExited_ReleasesAndFailsTheStop()
    {
        var t = Machine.Cleaning(devices: 2).On(K.ProcessExited, 1)
            .Gives(VmPhase.Destroying, E.ReleaseResources | E.FailStopPod, D.Release);
        Assert.Equal((VmReason.ProcessDied, default(DeviceSet)), (t.Next.Reason, t.Next.Devices));
    }

    [Fact]
    public void Reducer_Cleaning_CallsLeft_FailWithTheirPod()
    {
        var s = Machine.Running().After(K.CallRequested, K.CallRequested, K.StopPodRequested, K.PodStopAcked);
        Assert.Equal(2, s.Calls);
        s.On(K.CallAcked).Gives(VmPhase.Cleaning, E.CompleteCall, D.PodStop).Next
            .On(K.RescanAcked).Gives(VmPhase.Init, E.CompleteStopPod | E.FailCalls, D.Ping);
    }
}
