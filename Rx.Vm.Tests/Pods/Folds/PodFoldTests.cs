using Rx.Vm.Devices;
using Rx.Vm.Fold;
using Rx.Vm.Lifecycle;
using Rx.Vm.Machines;
using Rx.Vm.Pods.Folds;
using Rx.Vm.Tests.Fold.Search;

namespace Rx.Vm.Tests.Pods.Folds;

/// <summary>The folds of pod, container and session alone, each under all that its neighbours can tell.</summary>
[Slow]
public class PodFoldTests(ITestOutputHelper output)
{
    private static readonly Tally[] Devices = Subjects.DeviceTallies(Alone.Search(Subjects.Device));
    private static readonly Lazy<Alone> Containers = new(() => Alone.Search(Subjects.Container(Devices)));

    [Fact]
    public void The_search_of_a_container_closes_and_every_state_keeps_the_laws()
    {
        var search = Containers.Value;
        Tell("container", search);
        Assert.Null(search.Broken);
        Assert.InRange(search.States.Count, 10_000, 200_000);
        Assert.Equal(Enum.GetValues<ContainerPhase>(), search.States.Select(core => new ContainerCore(core).Phase).Distinct().Order());
    }

    [Fact]
    public void The_search_of_a_pod_closes_and_every_state_keeps_the_laws()
    {
        var search = Alone.Search(Subjects.Pod(Subjects.ContainerTallies(Containers.Value), Devices));
        Tell("pod", search);
        Assert.Null(search.Broken);
        Assert.InRange(search.States.Count, 500, 100_000);
        Assert.Equal(Enum.GetValues<PodPhase>(), search.States.Select(core => new PodCore(core).Phase).Distinct().Order());
        Assert.Equal(Enum.GetValues<PodFault>(), search.States.Select(core => new PodCore(core).Fault).Distinct().Order());
    }

    [Fact]
    public void The_search_of_a_session_closes_and_every_state_keeps_the_laws()
    {
        var search = Alone.Search(Subjects.Session);
        Tell("session", search);
        Assert.Null(search.Broken);
        Assert.Equal(Enum.GetValues<SessionPhase>(), search.States.Select(core => new SessionCore(core).Phase).Distinct().Order());
    }

    [Fact]
    public void The_search_of_machine_and_pod_together_closes_and_shows_all_public_phases()
    {
        var search = Pair.Search(Subjects.ContainerTallies(Containers.Value), Devices);
        output.WriteLine($"machine x pod: {search.States:N0} states, {search.Transitions:N0} transitions, {search.MostRounds} rounds");
        Assert.Null(search.Broken);
        Assert.InRange(search.MostRounds, 1, 6);
        Assert.Equal(Enum.GetValues<VmPhase>(), search.Phases.Order());
    }

    [Theory]
    [InlineData(RestartPolicy.Never, 0, ContainerPhase.Exited)]
    [InlineData(RestartPolicy.Never, 1, ContainerPhase.Exited)]
    [InlineData(RestartPolicy.OnFailure, 0, ContainerPhase.Exited)]
    [InlineData(RestartPolicy.OnFailure, 1, ContainerPhase.BackingOff)]
    [InlineData(RestartPolicy.Always, 0, ContainerPhase.BackingOff)]
    public void A_container_that_ends_by_itself_is_started_again_as_its_policy_says(object policy, int status, object expected) =>
        Assert.Equal((ContainerPhase)expected, ContainerFold.Reduce(
            new ContainerCore { Phase = ContainerPhase.Running, Policy = (RestartPolicy)policy }, Input.Of(FactKind.ContainerExited, status)).Next.Phase);

    [Fact]
    public void Attempts_are_counted_and_forgiven_after_a_steady_while()
    {
        var core = new ContainerCore { Phase = ContainerPhase.Running, Policy = RestartPolicy.Always };
        for (var attempt = 1; attempt <= ContainerCore.MaxAttempt + 2; attempt++)
        {
            core = After(core, Input.Of(FactKind.ContainerExited), Input.Of(OpKind.BackOff), Input.Of(OpKind.StartContainer));
            Assert.Equal(Math.Min(attempt, ContainerCore.MaxAttempt), core.Attempt);
        }

        Assert.Equal(OpKind.Steady, ContainerFold.Wanted(core));
        Assert.Equal(0, After(core, Input.Of(OpKind.Steady)).Attempt);
    }

    [Fact]
    public void A_stop_becomes_a_kill_and_a_kill_that_does_nothing_is_told()
    {
        var stopping = ContainerFold.Hear(new ContainerCore { Phase = ContainerPhase.Running }, PodWord.Stop, Tally.Held);
        Assert.Equal((OpSet)OpKind.StopContainer | OpKind.StopLimit, ContainerFold.Wanted(stopping));
        var killing = After(stopping, Input.Of(OpKind.StopLimit));
        Assert.Equal((OpSet)OpKind.KillContainer | OpKind.KillContainerLimit, ContainerFold.Wanted(killing));
        Assert.True(ContainerFold.Tells(After(killing, Input.Of(OpKind.KillContainerLimit))).Any(Tally.StopLate));
        Assert.True(ContainerFold.Tells(After(killing, Input.Of(OpKind.KillContainer, 1))).Any(Tally.StopRefused));
    }

    [Fact]
    public void A_pod_of_a_guest_that_starts_all_together_waits_for_all_devices()
    {
        var waiting = PodFold.Reduce(new PodCore { AllAtOnce = true }, Input.Of(RequestKind.RunPod)).Next;
        var attaching = PodFold.Hear(waiting, MachineWord.Open, Tally.Moving, Tally.None);
        Assert.Equal((PodPhase.Attaching, PodWord.Attach), (attaching.Phase, PodFold.ToContainers(attaching)));
        Assert.Equal(attaching, PodFold.Hear(attaching, MachineWord.Open, Tally.Moving | Tally.Waiting, Tally.None));
        Assert.Equal(PodPhase.Starting, PodFold.Hear(attaching, MachineWord.Open, Tally.Waiting, Tally.None).Phase);
        Assert.Equal(Denial.Unsupported, PodFold.Reduce(attaching, Input.Of(RequestKind.AddContainer)).Refused);
    }

    private static ContainerCore After(ContainerCore s, params Input[] inputs) => inputs.Aggregate(s, (core, input) => ContainerFold.Reduce(core, input).Next);

    private void Tell(string name, Alone search) => output.WriteLine($"{name}: {search.States.Count:N0} states, {search.Transitions:N0} transitions");
}
