using Rx.Vm.Devices;
using Rx.Vm.Fold;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods.Folds;

namespace Rx.Vm.Tests.Fold;

/// <summary>Pods in whole machines: how they start, run and end.</summary>
public class PodScenarioTests
{
    [Fact]
    public void A_machine_boots_when_started_greeted_and_ready()
    {
        var life = new TreeLife();
        var boot = life.Ask(RequestKind.Boot);
        Assert.Equal((VmPhase.Booting, Verdict.Done), (life.Phase, life.Answers[boot].Verdict));
        life.End(OpKind.Launch);
        life.See(FactKind.GuestReady);
        Assert.Equal(VmPhase.Booting, life.Phase);
        life.See(FactKind.QmpConnected);
        Assert.Equal(VmPhase.Init, life.Phase);
        Assert.Equal([OpKind.Attend], life.Ops);
        Assert.True(Faces.IsResponsive(life.State.Machine));
    }

    [Fact]
    public void A_pod_asked_for_before_the_boot_waits_for_it()
    {
        var life = new TreeLife();
        var run = life.Ask(RequestKind.RunPod, payload: TreeLife.Plan(1));
        Assert.Equal(VmPhase.Booting, life.Phase);
        life.Booted();
        Assert.Equal(VmPhase.Starting, life.Phase);
        life.Attach();
        life.EndAll(OpKind.StartContainer);
        Assert.Equal((VmPhase.Running, Verdict.Done), (life.Phase, life.Answers[run].Verdict));
    }

    [Fact]
    public void A_pod_that_waits_for_the_boot_can_be_withdrawn()
    {
        var life = new TreeLife();
        var run = life.Ask(RequestKind.RunPod, payload: TreeLife.Plan(2, podDevices: 1));
        var stop = life.Ask(RequestKind.StopPod);
        Assert.Equal((Verdict.Failed, Verdict.Done), (life.Answers[run].Verdict, life.Answers[stop].Verdict));
        Assert.Empty(life.State.Containers);
        Assert.Equal(VmPhase.Init, life.Booted().Phase);
    }

    [Fact]
    public void Two_containers_with_two_devices_each_run()
    {
        var life = new TreeLife().Running(containers: 2, devicesEach: 2);
        Assert.All(life.State.Devices, device => Assert.Equal(DevicePhase.Attached, device.Core.Phase));
        Assert.Equal([OpKind.Attend], life.Ops);
    }

    [Fact]
    public void Devices_of_the_pod_come_before_those_of_its_containers()
    {
        var life = new TreeLife().Booted();
        life.Ask(RequestKind.RunPod, payload: TreeLife.Plan(1, podDevices: 1));
        var reserved = life.State.Ops.Where(op => op.Kind == OpKind.Reserve).Select(op => (int)op.Target.Id);
        Assert.Equal([life.State.Devices.Single(device => device.Owner == 0).Id], reserved);
    }

    [Fact]
    public void A_guest_that_starts_all_together_is_told_all_starts_at_once()
    {
        var life = new TreeLife().Booted(allAtOnce: true);
        life.Ask(RequestKind.RunPod, payload: TreeLife.Plan(2, restart: RestartPolicy.Always));
        var first = life.State.Devices[0].Id;
        life.End(OpKind.Reserve, first);
        life.End(OpKind.Plug, first);
        life.End(OpKind.Confirm, first);
        Assert.DoesNotContain(OpKind.StartContainer, life.Ops);
        life.Attach();
        Assert.Equal(2, life.Ops.Count(kind => kind == OpKind.StartContainer));
        life.EndAll(OpKind.StartContainer);
        life.See(FactKind.ContainerExited, life[0].Id, operand: 1);
        Assert.Equal(ContainerPhase.Exited, life[0].Core.Phase);
    }

    [Fact]
    public void A_pod_is_stopped_and_its_machine_kept_for_a_second_one()
    {
        var life = new TreeLife().Running();
        var stop = life.Ask(RequestKind.StopPod);
        Assert.Equal(VmPhase.Stopping, life.Phase);
        life.EndAll(OpKind.StopContainer);
        Assert.Equal(VmPhase.Cleaning, life.Phase);
        life.StopWell();
        Assert.Equal((VmPhase.Init, Verdict.Done), (life.Phase, life.Answers[stop].Verdict));
        var run = life.Ask(RequestKind.RunPod, payload: TreeLife.Plan(1));
        life.Attach();
        life.EndAll(OpKind.StartContainer);
        Assert.Equal((VmPhase.Running, Verdict.Done), (life.Phase, life.Answers[run].Verdict));
    }

    [Fact]
    public void A_pod_asked_for_while_the_last_one_is_cleaned_up_waits_for_the_cleaning()
    {
        var life = new TreeLife(keep: true).Running(containers: 1);
        life.See(FactKind.ContainerExited, life[0].Id);
        Assert.Equal(VmPhase.Cleaning, life.Phase);
        var run = life.Ask(RequestKind.RunPod, payload: TreeLife.Plan(2));
        Assert.Equal(Denial.Busy, life.Answers[life.Ask(RequestKind.RunPod, payload: TreeLife.Plan(1))].Why);
        life.Attach();
        life.End(OpKind.Rescan);
        Assert.Equal((VmPhase.Starting, 2), (life.Phase, life.State.Containers.Length));
        life.Attach();
        life.EndAll(OpKind.StartContainer);
        Assert.Equal(Verdict.Done, life.Answers[run].Verdict);
    }

    [Fact]
    public void A_waiting_pod_whose_caller_gave_up_does_not_begin()
    {
        var life = new TreeLife(keep: true).Running(containers: 1);
        life.See(FactKind.ContainerExited, life[0].Id);
        var run = life.Ask(RequestKind.RunPod, payload: TreeLife.Plan(2), within: TimeSpan.FromSeconds(1));
        life.End(OpKind.RequestLimit);
        Assert.Equal(Verdict.TimedOut, life.Answers[run].Verdict);
        life.StopWell();
        Assert.Equal((VmPhase.Init, 0), (life.Phase, life.State.Containers.Length));
    }

    [Fact]
    public void A_machine_that_is_not_kept_ends_with_its_pod()
    {
        var life = new TreeLife().Running(containers: 1);
        life.See(FactKind.ContainerExited, life[0].Id);
        Assert.Equal((VmPhase.Terminating, VmReason.PodFinished), (life.Phase, life.State.Machine.Reason));
        Assert.DoesNotContain(OpKind.Unmount, life.Ops);
        life.LeaveWell();
    }

    [Fact]
    public void A_device_that_fails_is_rolled_back_with_the_others_in_reverse_and_the_machine_is_kept()
    {
        var life = new TreeLife(keep: true).Booted();
        var run = life.Ask(RequestKind.RunPod, payload: TreeLife.Plan(1, devicesEach: 3));
        life.EndAll(OpKind.Reserve);
        life.End(OpKind.Plug, life.State.Devices[0].Id);
        life.End(OpKind.Plug, life.State.Devices[2].Id);
        life.End(OpKind.Plug, life.State.Devices[1].Id, status: 1);
        Assert.Equal((Verdict.Failed, VmReason.DeviceAddFailed), (life.Answers[run].Verdict, life.Answers[run].Reason));
        var order = new List<int>();
        while (life.State.Ops.FirstOrDefault(op => op.Kind is OpKind.Unmount or OpKind.Unplug or OpKind.Release) is { Id: > 0 } undo)
        {
            order.AddRange(order.Contains((int)undo.Target.Id) ? [] : [(int)undo.Target.Id]);
            life.Step(Event.Ended(undo));
        }

        Assert.Equal(order.OrderDescending(), order);
        Assert.Equal(3, order.Count);
        life.End(OpKind.Rescan);
        Assert.Equal(VmPhase.Init, life.Phase);
    }

    [Theory]
    [InlineData(OpKind.Reserve, 1, VmReason.DeviceAddFailed)]
    [InlineData(OpKind.StartContainer, 1, VmReason.PodStartRefused)]
    [InlineData(OpKind.PodStartLimit, 0, VmReason.PodStartTimedOut)]
    public void A_pod_that_cannot_start_ends_a_machine_that_is_not_kept(object step, int status, VmReason reason)
    {
        var what = (OpKind)step;
        var life = new TreeLife().Booted();
        var run = life.Ask(RequestKind.RunPod, payload: TreeLife.Plan(1));
        if (what == OpKind.StartContainer)
        {
            life.Attach();
        }

        life.End(what, status: status);
        Assert.Equal((VmPhase.Terminating, reason), (life.Phase, life.State.Machine.Reason));
        Assert.Equal((Verdict.Failed, reason), (life.Answers[run].Verdict, life.Answers[run].Reason));
    }

    [Fact]
    public void Containers_that_do_not_end_are_killed_and_then_the_machine_has_to()
    {
        var life = new TreeLife(keep: true).Running(containers: 1);
        var stop = life.Ask(RequestKind.StopPod);
        life.End(OpKind.PodStopLimit);
        Assert.Contains(OpKind.KillContainer, life.Ops);
        life.End(OpKind.ForceLimit);
        Assert.Equal((VmReason.PodStopTimedOut, Verdict.Failed), (life.State.Machine.Reason, life.Answers[stop].Verdict));
        life.LeaveWell();
    }

    [Theory]
    [InlineData(OpKind.Unplug, VmReason.DeviceRemoveFailed)]
    [InlineData(OpKind.Rescan, VmReason.PodStopRefused)]
    public void A_cleaning_that_fails_ends_the_machine(object step, VmReason reason)
    {
        var what = (OpKind)step;
        var life = new TreeLife(keep: true).Running(containers: 1);
        life.Ask(RequestKind.StopPod);
        life.EndAll(OpKind.StopContainer);
        while (!life.Ops.Contains(what))
        {
            life.Step(Event.Ended(life.State.Ops.First(op => op.Kind is >= OpKind.Reserve and <= OpKind.Release)));
        }

        life.End(what, status: 1);
        Assert.Equal(reason, life.State.Machine.Reason);
    }

    [Fact]
    public void A_pod_with_more_devices_than_slots_is_refused()
    {
        var life = new TreeLife().Booted();
        Assert.Equal(Denial.TooManyDevices, life.Answers[life.Ask(RequestKind.RunPod, payload: TreeLife.Plan(2, devicesEach: 9))].Why);
        Assert.Equal(Denial.NoPod, life.Answers[life.Ask(RequestKind.StopPod)].Why);
        Assert.Equal(VmPhase.Init, life.Phase);
    }
}
