using Rx.Vm.Devices;
using Rx.Vm.Lifecycle;
using Rx.Vm.Tests.Lifecycle.Search;
using D = Rx.Vm.Lifecycle.DeadlineKind;
using E = Rx.Vm.Lifecycle.VmEffects;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Tests.Lifecycle;

/// <summary>Preparing: no process, nothing to release, and nothing happens but what callers ask for.</summary>
public class ReducerPreparingTests
{
    // The boot has its deadline from the launch on.
    [Fact]
    public void Reducer_Preparing_BootRequested_Launches() =>
        Machine.Preparing().On(K.BootRequested).Gives(VmPhase.Booting, E.LaunchProcess | E.CompleteRequest, D.Boot);

    // One planning for lazy machines too; the devices are attached once the guest is there.
    [Fact]
    public void Reducer_Preparing_RunRequested_LaunchesAndStartsThePodWhenBooted()
    {
        var t = Machine.Preparing().On(K.RunPodRequested, 2).Gives(VmPhase.Booting, E.LaunchProcess, D.Boot);
        t = t.Next.After(K.ProcessStarted, K.QmpConnected).On(K.GuestReady).Gives(VmPhase.Starting, E.AddDevices, D.PodStart);
        Assert.Equal([0, 1], t.Devices.Slots);
    }

    // Without devices there is no event to wait for.
    [Fact]
    public void Reducer_Preparing_RunRequestedWithoutDevices_SendsTheStartAfterTheBoot() =>
        Machine.Preparing().After(K.RunPodRequested, K.ProcessStarted, K.QmpConnected)
            .On(K.GuestReady).Gives(VmPhase.Starting, E.SendStartPod, D.PodStart);

    // The one terminal path without a process.
    [Theory]
    [InlineData(K.ShutdownRequested, VmReason.ShutdownRequested)]
    [InlineData(K.KillRequested, VmReason.KillRequested)]
    public void Reducer_Preparing_EndRequested_GoesGoneAtOnce(K request, VmReason reason)
    {
        var t = Machine.Preparing().On(request).Gives(VmPhase.Gone, E.CompleteRequest);
        Assert.Equal((reason, ProcessStatus.None), (t.Next.Reason, t.Next.Process));
    }

    // A request that cannot be right changes nothing.
    [Theory]
    [InlineData(DeviceSet.Capacity + 1)]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    public void Reducer_Preparing_RunRequestedWithTooManyDevices_IsRefused(int devices)
    {
        Assert.All([Machine.Preparing(), Machine.Booting(), Machine.Init()], s =>
            s.On(K.RunPodRequested, devices).IsRefusedBy(s, Refusal.TooManyDevices));
        Assert.Equal(VmPhase.Starting, Machine.Init().On(K.RunPodRequested, DeviceSet.Capacity).Next.Phase);
    }

    // Nothing is parked for a pod that was never asked for.
    [Theory]
    [InlineData(K.CallRequested)]
    [InlineData(K.StopPodRequested)]
    public void Reducer_WithoutPod_PodRequested_IsRefused(K request) =>
        Assert.All([Machine.Preparing(), Machine.Launching(), Machine.Booting(), Machine.Init()], s =>
            s.On(request).IsRefusedBy(s, Refusal.NoPod));

    // There is no process whose exit or channel could be lost.
    [Fact]
    public void Reducer_Preparing_AnythingButRequestsAndFaults_IsIgnored()
    {
        var s = Machine.Preparing();
        var facts = Inputs.All(devices: 1).Where(i => !VmInvariants.IsRequest(i.Kind) && i.Kind < K.InboxOverflowed);
        Assert.All(facts, i => s.On(i.Kind, i.Operand).IsIgnoredBy(s));
    }

    [Theory]
    [InlineData(K.InboxOverflowed, VmReason.InboxOverflowed)]
    [InlineData(K.FoldFaulted, VmReason.InternalError)]
    public void Reducer_Preparing_Fault_GoesGone(K fault, VmReason reason) =>
        Assert.Equal(reason, Machine.Preparing().On(fault).Gives(VmPhase.Gone, E.None).Next.Reason);
}
