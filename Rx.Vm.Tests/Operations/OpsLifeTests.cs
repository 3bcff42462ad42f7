using Rx.Vm.Fold;
using Rx.Vm.Lifecycle;
using Rx.Vm.Machines;
using Rx.Vm.Operations;
using Rx.Vm.Pods;
using Rx.Vm.Testing;
using Rx.Vm.Tests.Testing;

namespace Rx.Vm.Tests.Operations;

/// <summary>Whole lives: the tree with every handler, on the simulated machine.</summary>
public class OpsLifeTests
{
    private static readonly ContainerSpec Sleeper = SimulatedWorld.Container("sleep", "3600");

    [Fact]
    public void A_pod_runs_ends_by_itself_and_takes_its_machine_along()
    {
        var world = new OpsWorld();
        world.Running(SimulatedWorld.Container("sleep", "1"), SimulatedWorld.Container("sh", "-c", "sleep 2; exit 7"));
        world.UntilGone();
        Assert.Equal((VmReason.PodFinished, false), (world.State.Machine.Reason, world.State.Machine.SomethingLost));
        Assert.Equal([0, 7], world.State.Exits.Select(exit => exit.Code));
        Assert.Equal(
            [VmPhase.Preparing, VmPhase.Booting, VmPhase.Starting, VmPhase.Running, VmPhase.Terminating, VmPhase.Destroying, VmPhase.Gone],
            world.Phases);
    }

    [Fact]
    public void A_stopped_pod_leaves_a_machine_that_runs_the_next_one_in_the_same_slots()
    {
        var world = new OpsWorld();
        for (var turn = 0; turn < 3; turn++)
        {
            world.Running(Sleeper, Sleeper);
            Assert.Equal(["0", "1"], world.State.Devices.Select(device => device.Lease!.Id).Order());
            var stop = world.Ask(RequestKind.StopPod);
            world.Until(() => world.Answers.ContainsKey(stop), 60);
            Assert.Equal((Verdict.Done, VmPhase.Init), (world.Answers[stop].Verdict, world.Phase));
            Assert.Empty(world.State.Devices);
        }

        world.Ask(RequestKind.Shutdown);
        world.UntilGone();
        Assert.Equal(1, world.Driver.Started);
    }

    [Fact]
    public void A_shutdown_ends_the_pod_in_order_first()
    {
        var world = new OpsWorld();
        var pod = world.Running(Sleeper);
        var text = SimulatedWorld.Collect(pod.Streams[0].Output);
        var shutdown = world.Ask(RequestKind.Shutdown);
        world.UntilGone();
        Assert.Equal(Verdict.Done, world.Answers[shutdown].Verdict);
        Assert.Equal(VmReason.ShutdownRequested, world.State.Machine.Reason);
        Assert.Equal(143, Assert.Single(world.State.Exits).Code);
        Assert.EndsWith("∎", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_kill_is_at_once_whatever_is_under_way()
    {
        foreach (var after in new[] { 0, 0.0001, 0.01, 0.2, 1, 2 })
        {
            var world = new OpsWorld();
            world.Ask(RequestKind.RunPod, payload: OpsWorld.Ask(OpsWorld.Plan(Sleeper)));
            world.Advance(after);
            var kill = world.Ask(RequestKind.Kill);
            world.UntilGone(1);
            Assert.Equal((Verdict.Done, VmReason.KillRequested), (world.Answers[kill].Verdict, world.State.Machine.Reason));
        }
    }

    [Fact]
    public void A_start_that_hangs_is_given_up_and_one_that_is_late_is_undone()
    {
        var hanging = new OpsWorld(new SimulatedFault(SimulatedFaultKind.StartHangs));
        hanging.Ask(RequestKind.Boot);
        hanging.UntilGone(100);
        Assert.Equal(VmReason.BootTimedOut, hanging.State.Machine.Reason);

        var late = new OpsWorld(new SimulatedFault(SimulatedFaultKind.StartLate) { After = TimeSpan.FromSeconds(300) });
        late.Ask(RequestKind.Boot);
        late.Until(() => late.State.Machine.Phase == MachinePhase.Gone, 200);
        Assert.True(late.State.Machine.SomethingLost);
        late.Advance(400);
        Assert.Equal((1, 0, 0), (late.Driver.Started, late.Driver.Alive, late.Driver.Held));
    }

    [Fact]
    public void A_start_that_is_refused_ends_the_machine_in_the_driver_s_words()
    {
        var world = new OpsWorld(new SimulatedFault(SimulatedFaultKind.StartRefused));
        var run = world.Ask(RequestKind.RunPod, payload: OpsWorld.Ask(OpsWorld.Plan(Sleeper)));
        world.UntilGone(5);
        Assert.Equal((Verdict.Gone, VmReason.StartFailed), (world.Answers[run].Verdict, world.Answers[run].Reason));
        Assert.Contains("ended at its start", ((Payload.Words)world.State.Evidence!).Text, StringComparison.Ordinal);
        Assert.NotNull(world.Launch.StartFault);
    }

    [Fact]
    public void The_first_cause_is_kept_though_the_process_is_seen_to_die_later()
    {
        var world = new OpsWorld();
        world.Running(Sleeper);
        world.Driver.Inject("vm", new SimulatedFault(SimulatedFaultKind.Exits));
        world.UntilGone();
        Assert.Equal(VmReason.ProcessDied, world.State.Machine.Reason);
    }

    [Fact]
    public void Sixty_four_execs_run_thirty_two_at_a_time_in_order_and_all_succeed()
    {
        var world = new OpsWorld();
        world.Running(Sleeper);
        var execs = Enumerable.Range(0, 64).Select(i => world.Exec(0, ["echo", $"{i}"])).ToList();
        Assert.Equal(CallOps.StartsAtOnce, execs.Count(exec => exec.Plan.Streams is not null));
        Assert.True(execs.Take(CallOps.StartsAtOnce).All(exec => exec.Plan.Streams is not null));
        world.Until(() => execs.All(exec => world.Answers.ContainsKey(exec.Token)), 30);
        Assert.All(execs, exec => Assert.Equal(Verdict.Done, world.Answers[exec.Token].Verdict));
        world.Until(() => world.State.Sessions.IsEmpty, 30);
        Assert.Equal(VmPhase.Running, world.Phase);
    }

    [Fact]
    public void More_execs_than_may_wait_are_refused_and_the_machine_is_none_the_worse()
    {
        var world = new OpsWorld();
        world.Running(Sleeper);
        var execs = Enumerable.Range(0, TreeLimits.MaxSessions + 10).Select(i => world.Exec(0, ["true"])).ToList();
        Assert.Equal(10, execs.Count(exec => world.Answers.TryGetValue(exec.Token, out var answer) && answer.Why == Denial.TooMany));
        world.Until(() => execs.All(exec => world.Answers.ContainsKey(exec.Token)), 60);
        Assert.Equal(TreeLimits.MaxSessions, execs.Count(exec => world.Answers[exec.Token].Verdict == Verdict.Done));
    }

    [Fact]
    public void A_command_that_does_not_exist_fails_its_exec_alone()
    {
        var world = new OpsWorld();
        world.Running(Sleeper);
        var (token, _) = world.Exec(0, ["no-such-command"]);
        world.Until(() => world.Answers.ContainsKey(token));
        Assert.Equal(Verdict.Failed, world.Answers[token].Verdict);
        Assert.Empty(world.State.Sessions);
        Assert.Equal(VmPhase.Running, world.Phase);
    }

    [Fact]
    public void An_exec_the_guest_does_not_answer_fails_by_its_own_time_and_never_its_machine()
    {
        var world = new OpsWorld();
        world.Running(Sleeper);
        world.Driver.Inject("vm", new SimulatedFault(SimulatedFaultKind.AckLost) { Command = "EXECCMD" });
        var (token, _) = world.Exec(0, ["true"], within: TimeSpan.FromSeconds(3));
        world.Advance(2.9);
        Assert.False(world.Answers.ContainsKey(token));
        world.Advance(0.2);
        Assert.Equal(Verdict.TimedOut, world.Answers[token].Verdict);
        Assert.Equal(VmPhase.Running, world.Phase);
    }

    [Fact]
    public void A_guest_that_answers_nothing_is_silent_and_then_given_up()
    {
        var world = new OpsWorld();
        world.Running(Sleeper);
        world.Driver.Inject("vm", new SimulatedFault(SimulatedFaultKind.GuestMute));
        world.Until(() => world.State.Machine.Silent, 40);
        Assert.False(Faces.IsResponsive(world.State.Machine));
        world.UntilGone(120);
        Assert.Equal(VmReason.GuestUnresponsive, world.State.Machine.Reason);
    }

    [Fact]
    public void A_paused_machine_is_not_asked_whether_it_is_alive_and_goes_on()
    {
        var world = new OpsWorld();
        world.Running(SimulatedWorld.Container("sleep", "7200"));
        var pause = world.Ask(RequestKind.Pause);
        world.Until(() => world.Answers.ContainsKey(pause));
        Assert.True(Faces.IsPaused(world.State.Machine));
        world.Advance(3600);
        Assert.Equal(MachinePhase.Paused, world.State.Machine.Phase);
        var resume = world.Ask(RequestKind.Resume);
        world.Until(() => world.Answers.ContainsKey(resume));
        Assert.Equal((Verdict.Done, VmPhase.Running), (world.Answers[resume].Verdict, world.Phase));
        Assert.True(Faces.IsResponsive(world.State.Machine));
    }
}
