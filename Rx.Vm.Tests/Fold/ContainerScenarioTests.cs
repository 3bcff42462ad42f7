using Rx.Vm.Fold;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods.Folds;

namespace Rx.Vm.Tests.Fold;

/// <summary>Containers and processes of a running pod.</summary>
public class ContainerScenarioTests
{
    [Fact]
    public void A_process_runs_in_a_container_and_ends()
    {
        var life = new TreeLife().Running();
        var exec = life.Exec(0);
        var session = life.State.Sessions.Single().Id;
        life.End(OpKind.StartSession);
        Assert.Equal((Verdict.Done, session), (life.Answers[exec].Verdict, life.Answers[exec].Target));
        life.See(FactKind.SessionExited, session);
        Assert.Empty(life.State.Sessions);
    }

    [Fact]
    public void A_process_that_is_refused_leaves_no_session()
    {
        var life = new TreeLife().Running();
        var exec = life.Exec(0);
        life.End(OpKind.StartSession, status: 1);
        Assert.Equal(Verdict.Failed, life.Answers[exec].Verdict);
        Assert.Empty(life.State.Sessions);
    }

    [Fact]
    public void A_slow_process_fails_by_its_own_limit_and_never_its_machine()
    {
        var life = new TreeLife().Running();
        var exec = life.Exec(0);
        life.End(OpKind.RequestLimit);
        Assert.Equal((Verdict.TimedOut, VmPhase.Running), (life.Answers[exec].Verdict, life.Phase));
        Assert.Contains(OpKind.KillSession, life.Ops);
        life.End(OpKind.SessionLimit);
        Assert.Empty(life.State.Sessions);
    }

    [Fact]
    public void An_end_may_overtake_the_answer_to_the_start()
    {
        var life = new TreeLife().Running();
        var exec = life.Exec(1);
        life.See(FactKind.SessionExited, life.State.Sessions.Single().Id);
        Assert.Equal(Verdict.Done, life.Answers[exec].Verdict);
    }

    [Fact]
    public void A_call_is_answered_with_what_the_guest_said()
    {
        var life = new TreeLife().Running();
        var call = life.Ask(RequestKind.Call, life[0].Id, new Payload.Question("read", default));
        var reply = new Payload.Reply(new byte[] { 1, 2 });
        life.End(OpKind.Call, payload: reply);
        Assert.Equal((Verdict.Done, reply), (life.Answers[call].Verdict, life.Answers[call].Payload));
    }

    [Fact]
    public void Calls_and_processes_go_with_their_container()
    {
        var life = new TreeLife().Running();
        var (exec, call) = (life.Exec(0), life.Ask(RequestKind.Call, life[0].Id));
        life.See(FactKind.ContainerExited, life[0].Id);
        Assert.Equal((Verdict.Gone, Verdict.Gone), (life.Answers[exec].Verdict, life.Answers[call].Verdict));
        Assert.Empty(life.State.Sessions);
        Assert.Equal(VmPhase.Running, life.Phase);
    }

    [Fact]
    public void A_container_is_added_to_a_running_pod()
    {
        var life = new TreeLife().Running(containers: 1);
        var add = life.Ask(RequestKind.AddContainer, payload: new Payload.Container(TreeLife.Container()));
        life.Attach();
        life.EndAll(OpKind.StartContainer);
        Assert.Equal((Verdict.Done, life[1].Id), (life.Answers[add].Verdict, life.Answers[add].Target));
    }

    [Theory]
    [InlineData(OpKind.Plug, VmReason.DeviceAddFailed)]
    [InlineData(OpKind.StartContainer, VmReason.PodStartRefused)]
    public void One_that_cannot_be_added_leaves_again_and_the_pod_runs_on(object step, VmReason reason)
    {
        var what = (OpKind)step;
        var life = new TreeLife().Running(containers: 1);
        var add = life.Ask(RequestKind.AddContainer, payload: new Payload.Container(TreeLife.Container(devices: 2)));
        while (!life.Ops.Contains(what))
        {
            life.Step(Event.Ended(life.State.Ops.First(op => op.Kind is >= OpKind.Reserve and <= OpKind.Release)));
        }

        life.End(what, status: 1);
        life.Attach();
        Assert.Equal((Verdict.Failed, reason), (life.Answers[add].Verdict, life.Answers[add].Reason));
        Assert.Equal((VmPhase.Running, 1, 1), (life.Phase, life.State.Containers.Length, life.State.Devices.Length));
    }

    [Fact]
    public void A_container_is_removed_with_its_devices()
    {
        var life = new TreeLife().Running();
        var remove = life.Ask(RequestKind.RemoveContainer, life[0].Id);
        life.End(OpKind.StopContainer);
        life.Attach();
        Assert.Equal(Verdict.Done, life.Answers[remove].Verdict);
        Assert.Equal((VmPhase.Running, 1, 1), (life.Phase, life.State.Containers.Length, life.State.Devices.Length));
    }

    [Fact]
    public void A_container_that_fails_is_started_again_after_a_pause_that_grows()
    {
        var life = new TreeLife().Running(restart: RestartPolicy.OnFailure);
        var times = new VmTimeouts();
        TimeSpan[] pauses =
        [
            .. Enumerable.Range(0, 3).Select(_ =>
            {
                life.See(FactKind.ContainerExited, life[0].Id, operand: 1);
                var pause = TreeLimits.Of(life.State.Ops.Single(op => op.Kind == OpKind.BackOff), life.State, times);
                life.End(OpKind.BackOff);
                life.End(OpKind.StartContainer);
                return pause;
            }),
        ];
        Assert.Equal([TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(400)], pauses);
        Assert.Equal(VmPhase.Running, life.Phase);
        life.End(OpKind.Steady);
        Assert.Equal(0, life[0].Core.Attempt);
    }

    [Fact]
    public void A_restart_is_answered_when_it_runs_again()
    {
        var life = new TreeLife().Running();
        var restart = life.Ask(RequestKind.RestartContainer, life[0].Id);
        life.End(OpKind.StopContainer);
        Assert.DoesNotContain(restart, life.Answers.Keys);
        life.End(OpKind.StartContainer);
        Assert.Equal(Verdict.Done, life.Answers[restart].Verdict);
    }

    [Fact]
    public void What_is_unknown_is_refused_and_facts_about_it_change_nothing()
    {
        var life = new TreeLife().Running();
        Assert.Equal(Denial.Unknown, life.Answers[life.Ask(RequestKind.RemoveContainer, 99)].Why);
        Assert.Equal(Denial.Unknown, life.Answers[life.Ask(RequestKind.Call, 99)].Why);
        var before = life.State;
        life.See(FactKind.ContainerExited, 99);
        life.See(FactKind.SessionExited, life[0].Id);
        Assert.Same(before, life.State);
    }

    [Fact]
    public void More_requests_than_a_machine_holds_are_refused_but_never_a_kill()
    {
        var life = new TreeLife().Running();
        for (var token = 1; token <= TreeLimits.MaxRequests; token++)
        {
            Assert.Empty(life.Step(Event.Request(RequestKind.Call, 1000 + token, life[0].Id)).Answers);
        }

        Assert.Equal(Denial.TooMany, life.Answers[life.Ask(RequestKind.Call, life[0].Id)].Why);
        life.Ask(RequestKind.Kill);
        Assert.Equal(VmReason.KillRequested, life.State.Machine.Reason);
    }
}
