using Rx.Vm.Fold;
using Rx.Vm.Lifecycle;
using Rx.Vm.Machines;
using Rx.Vm.Pods.Folds;
using Rx.Vm.Tests.Fold.Search;

namespace Rx.Vm.Tests.Machines;

/// <summary>The machine's fold alone, under all that a pod can tell.</summary>
public class MachineFoldTests(ITestOutputHelper output)
{
    private static readonly MachineCore Ready = new() { Phase = MachinePhase.Ready, Process = ProcessState.Running, Qmp = true, Guest = true };

    [Fact]
    public void The_search_closes_and_every_state_keeps_the_laws()
    {
        var search = Alone.Search(Subjects.Machine);
        output.WriteLine($"{search.States.Count:N0} states, {search.Transitions:N0} transitions");
        Assert.Null(search.Broken);
        Assert.InRange(search.States.Count, 1_000, 100_000);
        Assert.Equal(Enum.GetValues<VmReason>(), search.States.Select(core => new MachineCore(core).Reason).Distinct().Order());
        Assert.Equal(Enum.GetValues<MachinePhase>(), search.States.Select(core => new MachineCore(core).Phase).Distinct().Order());
        Assert.Equal(Enum.GetValues<EndStage>(), search.States.Select(core => new MachineCore(core).How).Distinct().Order());
    }

    // The sign that is only a symptom gives way to the exit; a cause of our own does not.
    [Theory]
    [InlineData(FactKind.QmpLost, 1, VmReason.ProcessDied)]
    [InlineData(FactKind.QmpLost, 0, VmReason.GuestShutdown)]
    [InlineData(FactKind.GuestLost, 1, VmReason.ProcessDied)]
    [InlineData(FactKind.PowerOff, 1, VmReason.ProcessDied)]
    [InlineData(FactKind.PowerOff, 0, VmReason.GuestShutdown)]
    public void A_cause_does_not_depend_on_which_sign_of_an_end_is_seen_first(object sign, int status, VmReason expected)
    {
        Input[] signs = [Input.Of((FactKind)sign), Input.Of(OpKind.Attend, status)];
        Assert.Equal(expected, After(Ready, signs).Reason);
        Assert.Equal(expected, After(Ready, [.. signs.Reverse()]).Reason);
    }

    [Fact]
    public void The_first_cause_is_kept() => Assert.Equal(
        VmReason.ShutdownRequested,
        After(Ready, Input.Of(RequestKind.Shutdown), Input.Of(FaultKind.FoldFaulted), Input.Of(OpKind.Attend, 1)).Reason);

    [Fact]
    public void A_symptom_stays_the_cause_of_a_process_that_we_killed_for_it() => Assert.Equal(
        VmReason.GuestShutdown,
        After(Ready, Input.Of(FactKind.PowerOff), Input.Of(OpKind.LossLimit), Input.Of(OpKind.Attend, 1)).Reason);

    [Fact]
    public void A_broken_channel_is_given_a_moment_before_the_kill()
    {
        var lost = After(Ready, Input.Of(FactKind.QmpLost));
        Assert.Equal((OpSet)OpKind.Attend | OpKind.LossLimit, MachineFold.Wanted(lost));
        Assert.Equal(EndStage.Kill, After(lost, Input.Of(OpKind.LossLimit)).How);
    }

    [Fact]
    public void A_start_that_is_given_up_is_ended_by_the_kill_which_says_when_there_is_no_process()
    {
        var killed = After(default, Input.Of(RequestKind.Boot), Input.Of(RequestKind.Kill));
        Assert.Equal((OpSet)OpKind.Kill | OpKind.KillLimit, MachineFold.Wanted(killed));
        Assert.Equal(MachinePhase.Releasing, After(killed, Input.Of(OpKind.Kill)).Phase);
    }

    [Fact]
    public void What_is_killed_and_not_seen_to_end_is_listed_as_lost()
    {
        var given = After(Ready, Input.Of(RequestKind.Kill), Input.Of(OpKind.KillLimit));
        Assert.Equal((MachinePhase.Releasing, ProcessState.Lost, true), (given.Phase, given.Process, given.SomethingLost));
    }

    [Fact]
    public void The_time_to_boot_begins_with_the_turn()
    {
        var booting = After(default, Input.Of(RequestKind.Boot));
        var queued = After(booting, Input.Of(FactKind.Queued));
        Assert.Equal((OpSet)OpKind.Launch | OpKind.QueueLimit, MachineFold.Wanted(queued));
        Assert.Equal((OpSet)OpKind.Launch | OpKind.BootLimit, MachineFold.Wanted(After(queued, Input.Of(FactKind.Admitted))));
        Assert.Equal(VmReason.QueueTimedOut, After(queued, Input.Of(OpKind.QueueLimit)).Reason);
    }

    [Fact]
    public void A_machine_is_kept_behind_its_pod_only_when_it_is_to_be()
    {
        Assert.Equal(VmReason.PodFinished, MachineFold.Hear(Ready, new PodTells(PodLevel.Done)).Reason);
        Assert.Equal(Ready with { Keep = true }, MachineFold.Hear(Ready with { Keep = true }, new PodTells(PodLevel.Done)));
        Assert.Equal(Ready, MachineFold.Hear(Ready, new PodTells(PodLevel.Down)));
    }

    [Fact]
    public void A_paused_machine_is_woken_before_its_pod_ends()
    {
        var paused = After(Ready, Input.Of(RequestKind.Pause), Input.Of(OpKind.Freeze));
        Assert.Equal(OpKind.Attend, MachineFold.Wanted(paused));
        var ending = After(paused, Input.Of(RequestKind.Shutdown));
        Assert.Equal((OpSet)OpKind.Attend | OpKind.Thaw | OpKind.FreezeLimit, MachineFold.Wanted(ending));
        Assert.Equal(MachineWord.Open, MachineFold.Word(ending));
        Assert.Equal(MachineWord.End, MachineFold.Word(After(ending, Input.Of(OpKind.Thaw))));
    }

    private static MachineCore After(MachineCore s, params Input[] inputs) => inputs.Aggregate(s, (core, input) => MachineFold.Reduce(core, input).Next);
}
