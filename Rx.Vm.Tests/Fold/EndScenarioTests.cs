using Rx.Vm.Fold;
using Rx.Vm.Lifecycle;
using Rx.Vm.Machines;
using Rx.Vm.Pods.Folds;

namespace Rx.Vm.Tests.Fold;

/// <summary>Pauses, ends and losses of whole machines; and a machine that is taken up again.</summary>
public class EndScenarioTests
{
    [Fact]
    public void A_pause_stands_the_deadlines_below_still_and_a_resume_brings_them_back()
    {
        var life = new TreeLife().Running();
        life.Ask(RequestKind.RestartContainer, life[0].Id);
        var limit = life.State.Ops.Single(op => op.Kind == OpKind.StopLimit).Id;
        var pause = life.Ask(RequestKind.Pause);
        life.End(OpKind.Freeze);
        Assert.Equal(Verdict.Done, life.Answers[pause].Verdict);
        Assert.True(Faces.IsPaused(life.State.Machine));
        Assert.False(Faces.IsResponsive(life.State.Machine));
        Assert.Equal([OpKind.Attend, OpKind.StopContainer, OpKind.RequestLimit], life.Ops.Order());
        Assert.Equal(Denial.Paused, life.Answers[life.Exec(1)].Why);
        var resume = life.Ask(RequestKind.Resume);
        life.End(OpKind.Thaw);
        Assert.Equal((Verdict.Done, VmPhase.Running), (life.Answers[resume].Verdict, life.Phase));
        Assert.True(life.State.Ops.Single(op => op.Kind == OpKind.StopLimit).Id > limit);
    }

    [Fact]
    public void A_pause_that_fails_leaves_the_machine_running()
    {
        var life = new TreeLife().Running();
        var pause = life.Ask(RequestKind.Pause);
        life.End(OpKind.Freeze, status: 1);
        Assert.Equal((Verdict.Failed, VmPhase.Running), (life.Answers[pause].Verdict, life.Phase));
    }

    [Fact]
    public void A_paused_machine_is_woken_so_that_its_pod_ends_in_order()
    {
        var life = new TreeLife().Running(containers: 1);
        life.Ask(RequestKind.Pause);
        life.End(OpKind.Freeze);
        var shutdown = life.Ask(RequestKind.Shutdown);
        Assert.DoesNotContain(OpKind.StopContainer, life.Ops);
        life.End(OpKind.Thaw);
        life.End(OpKind.StopContainer);
        life.LeaveWell();
        Assert.Equal(Verdict.Done, life.Answers[shutdown].Verdict);
    }

    [Fact]
    public void A_shutdown_ends_the_pod_first()
    {
        var life = new TreeLife().Running();
        var shutdown = life.Ask(RequestKind.Shutdown);
        Assert.Equal(VmPhase.Terminating, life.Phase);
        Assert.DoesNotContain(OpKind.Quit, life.Ops);
        life.EndAll(OpKind.StopContainer);
        Assert.Contains(OpKind.Quit, life.Ops);
        life.LeaveWell();
        Assert.Equal((Verdict.Done, VmReason.ShutdownRequested), (life.Answers[shutdown].Verdict, life.State.Machine.Reason));
    }

    [Fact]
    public void A_stop_that_is_followed_by_a_shutdown_goes_on_and_succeeds()
    {
        var life = new TreeLife().Running(containers: 1);
        var (stop, before) = (life.Ask(RequestKind.StopPod), life.State.Ops.Single(op => op.Kind == OpKind.StopContainer).Id);
        var shutdown = life.Ask(RequestKind.Shutdown);
        Assert.Equal(before, life.State.Ops.Single(op => op.Kind == OpKind.StopContainer).Id);
        life.End(OpKind.StopContainer);
        Assert.Equal(Verdict.Done, life.Answers[stop].Verdict);
        life.LeaveWell();
        Assert.Equal(Verdict.Done, life.Answers[shutdown].Verdict);
    }

    [Fact]
    public void A_kill_waits_for_nothing_and_gives_leases_back_behind_the_process()
    {
        var life = new TreeLife().Running();
        var (call, kill) = (life.Ask(RequestKind.Call, life[0].Id), life.Ask(RequestKind.Kill));
        Assert.Equal((VmPhase.Destroying, Verdict.Gone), (life.Phase, life.Answers[call].Verdict));
        Assert.Equal([OpKind.Attend, OpKind.Kill, OpKind.KillLimit, OpKind.RequestLimit], life.Ops.Order());
        life.End(OpKind.Attend, status: 1);
        Assert.Equal(2, life.Ops.Count(kind => kind == OpKind.Release));
        life.End(OpKind.ReleaseHost);
        life.Attach();
        Assert.Equal((VmPhase.Gone, Verdict.Done), (life.Phase, life.Answers[kill].Verdict));
    }

    [Fact]
    public void A_machine_that_was_never_started_has_gone_at_once()
    {
        var life = new TreeLife();
        Assert.Equal(Verdict.Done, life.Answers[life.Ask(RequestKind.Shutdown)].Verdict);
        Assert.Equal(VmPhase.Gone, life.Phase);
        Assert.Equal(Denial.Gone, life.Answers[life.Ask(RequestKind.RunPod, payload: TreeLife.Plan(1))].Why);
        Assert.Equal(Verdict.Done, life.Answers[life.Ask(RequestKind.Kill)].Verdict);
    }

    [Fact]
    public void A_guest_that_falls_silent_has_time_to_speak_again()
    {
        var life = new TreeLife().Running();
        life.See(FactKind.Silent);
        Assert.False(Faces.IsResponsive(life.State.Machine));
        life.See(FactKind.Speaking);
        Assert.Equal([OpKind.Attend], life.Ops);
        life.See(FactKind.Silent);
        life.End(OpKind.SilenceLimit);
        Assert.Equal(VmReason.GuestUnresponsive, life.State.Machine.Reason);
    }

    [Fact]
    public void A_lost_machine_loses_its_pod_and_what_was_asked_of_it()
    {
        var life = new TreeLife(keep: true).Running();
        var (exec, remove) = (life.Exec(0), life.Ask(RequestKind.RemoveContainer, life[1].Id));
        life.End(OpKind.Attend, status: 1);
        Assert.Equal((VmReason.ProcessDied, PodOutcome.Lost), (life.State.Machine.Reason, life.State.Pod.Outcome));
        Assert.Equal((Verdict.Gone, Verdict.Gone), (life.Answers[exec].Verdict, life.Answers[remove].Verdict));
        life.End(OpKind.ReleaseHost);
        life.Attach();
        Assert.Equal(VmPhase.Gone, life.Phase);
    }

    [Fact]
    public void What_is_not_given_back_is_listed_as_lost()
    {
        var life = new TreeLife().Running(containers: 1);
        life.Ask(RequestKind.Kill);
        life.End(OpKind.Attend, status: 1);
        life.End(OpKind.Release, status: 1);
        life.End(OpKind.ReleaseHost);
        Assert.Equal((VmPhase.Gone, true), (life.Phase, life.State.Machine.SomethingLost));
    }

    [Fact]
    public void The_words_about_the_first_cause_are_kept()
    {
        var life = new TreeLife();
        life.Ask(RequestKind.Boot);
        var words = new Payload.Words("no such kernel");
        life.End(OpKind.Launch, status: 1, payload: words);
        life.End(OpKind.ReleaseHost, payload: new Payload.Words("released"));
        Assert.Equal((VmReason.StartFailed, words), (life.State.Machine.Reason, life.State.Evidence));
    }

    // What a store would keep is the state without the requests, whose callers are dead; it goes on as the other would have.
    [Fact]
    public void A_state_that_is_taken_up_again_goes_on_as_before()
    {
        var life = new TreeLife(keep: true).Running();
        life.Ask(RequestKind.StopPod);
        var kept = life.State;
        var restored = kept with
        {
            Requests = [],
            Ops = [.. kept.Ops.Where(op => op.Target.Level != Level.Request)],
        };
        life.StopWell();
        foreach (var _ in Enumerable.Range(0, 64))
        {
            var next = restored.Ops.Where(op => !OpSet.Deadlines.Has(op.Kind) && op.Kind != OpKind.Attend).ToList();
            restored = next.Count == 0 ? restored : TreeFold.Step(restored, Event.Ended(next[0])).State;
        }

        Assert.Equal((life.State.Machine, life.State.Pod), (restored.Machine, restored.Pod));
        Assert.Equal(VmPhase.Init, Faces.Of(restored.Machine, restored.Pod));
    }

    [Theory]
    [InlineData(FactKind.QmpLost, EndStage.AwaitExit)]
    [InlineData(FactKind.GuestLost, EndStage.Quit)]
    [InlineData(FactKind.PowerOff, EndStage.Quitting)]
    public void A_guest_that_leaves_while_its_pod_ends_saves_the_asking(object sign, object expected)
    {
        var life = new TreeLife().Running();
        life.Ask(RequestKind.Shutdown);
        life.See((FactKind)sign);
        Assert.Equal((EndStage)expected, life.State.Machine.How);
    }
}
