using Rx.Vm.Fold;
using Rx.Vm.Lifecycle;
using Rx.Vm.Machines;
using Rx.Vm.Pods.Folds;

namespace Rx.Vm.Tests.Fold;

/// <summary>The table from machine and pod to the public phases has an answer for every pair, reachable or not.</summary>
public class FacesTests
{
    [Fact]
    public void Every_pair_of_machine_and_pod_has_a_public_phase() => Assert.All(
        from phase in Enum.GetValues<MachinePhase>()
        from how in Enum.GetValues<EndStage>()
        from pod in Enum.GetValues<PodPhase>()
        select Faces.Of(new MachineCore { Phase = phase, How = how }, new PodCore { Phase = pod }),
        face => Assert.True(Enum.IsDefined(face)));

    [Theory]
    [InlineData(PodPhase.None, VmPhase.Init)]
    [InlineData(PodPhase.Plugging, VmPhase.Starting)]
    [InlineData(PodPhase.Attaching, VmPhase.Starting)]
    [InlineData(PodPhase.Starting, VmPhase.Starting)]
    [InlineData(PodPhase.Running, VmPhase.Running)]
    [InlineData(PodPhase.Stopping, VmPhase.Stopping)]
    [InlineData(PodPhase.Cleaning, VmPhase.Cleaning)]
    [InlineData(PodPhase.Detaching, VmPhase.Cleaning)]
    [InlineData(PodPhase.Rescanning, VmPhase.Cleaning)]
    public void A_ready_machine_shows_its_pod_and_a_paused_one_too(object pod, VmPhase expected)
    {
        Assert.Equal(expected, Faces.Of(new MachineCore { Phase = MachinePhase.Ready }, new PodCore { Phase = (PodPhase)pod }));
        Assert.Equal(expected, Faces.Of(new MachineCore { Phase = MachinePhase.Paused }, new PodCore { Phase = (PodPhase)pod }));
    }
}
