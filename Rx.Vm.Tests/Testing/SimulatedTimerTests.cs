using Rx.Vm.Lifecycle;
using Rx.Vm.Testing;
using static Rx.Vm.Tests.Testing.SimulatedWorld;
using K = Rx.Vm.Testing.SimulatedFaultKind;

namespace Rx.Vm.Tests.Testing;

/// <summary>
/// Every timer of the lifecycle through the whole pipeline: when it is armed, when it fires, what follows.
/// </summary>
public class SimulatedTimerTests
{
    [Fact]
    public void Boot_60_s_after_the_launch()
    {
        var world = new SimulatedWorld(new SimulatedFault(K.ReadyMissing));

        Assert.Equal(
            """
            0 Preparing
            0 Booting
            60000 Destroying BootTimedOut
            60020 Gone BootTimedOut
            """, RunToTheEnd(world));
    }

    [Fact]
    public void A_start_that_hangs_is_given_up_by_the_boot_timer()
    {
        var world = new SimulatedWorld(new SimulatedFault(K.StartHangs));

        Assert.Equal("0 Preparing\n0 Booting\n60000 Destroying BootTimedOut\n60000 Gone BootTimedOut", RunToTheEnd(world));
        Assert.Equal(0, world.Driver.Started);
    }

    [Fact]
    public void Greeting_10_s_after_the_process_started()
    {
        var world = new SimulatedWorld(new SimulatedFault(K.GreetingMissing));

        Assert.Equal("0 Preparing\n0 Booting\n10050 Destroying QmpFailed\n10070 Gone QmpFailed", RunToTheEnd(world));
    }

    [Fact]
    public void A_longer_greeting_time_is_kept()
    {
        // The client's own limit of 10 s must not come first.
        var world = new SimulatedWorld(new SimulatedSettings { Timings = new() { Greeting = TimeSpan.FromSeconds(20) } });
        var vm = world.Create(timeouts: new VmTimeouts { QmpGreeting = TimeSpan.FromSeconds(25) });

        Now(vm.Boot());
        world.Advance(21);

        Assert.Equal(VmPhase.Init, vm.State.Phase);
        Assert.InRange(vm.State.At.TotalMilliseconds, 20_050, 20_052);
    }

    [Fact]
    public void A_greeting_that_is_none_ends_the_machine_without_waiting_for_the_timer()
    {
        var world = new SimulatedWorld(new SimulatedFault(K.GreetingMalformed));

        // The exit that would explain it gets a second, then the process is killed.
        Assert.Equal("0 Preparing\n0 Booting\n50 Destroying QmpFailed\n1070 Gone QmpFailed", RunToTheEnd(world));
    }

    [Fact]
    public void Pod_start_60_s_from_its_first_device_on()
    {
        var world = new SimulatedWorld(new SimulatedFault(K.AckLost) { Command = "STARTPOD" });
        var vm = world.Create();
        var trace = Trace(vm);
        var started = vm.Run(Pod("sleep", "1000"));

        world.Advance(70);

        Assert.Equal(VmReason.PodStartTimedOut, Failure<VmFailedException>(started).Reason);

        // Goodbye 1, quit 1, exit 10 + 10.
        Assert.Equal(
            """
            0 Preparing
            0 Booting
            550 Starting
            60550 Terminating PodStartTimedOut
            60572 Destroying PodStartTimedOut
            60572 Gone PodStartTimedOut
            """, trace.Text);
    }

    [Fact]
    public void Pod_stop_30_s_for_stopping_and_cleaning_together()
    {
        // 25 s of stopping leave 5 s for the devices.
        var world = new SimulatedWorld(
            new SimulatedFault(K.AckLate) { Command = "STOPPOD", After = TimeSpan.FromSeconds(25) }, new SimulatedFault(K.DeletionLost));
        var (vm, pod) = world.Running(Pod("sleep", "1000"));
        var trace = Trace(vm);
        var stopped = vm.Stop();

        world.Advance(40);

        Assert.Equal(VmReason.PodStopTimedOut, Failure<VmFailedException>(stopped).Reason);
        Assert.Equal([143], Now(pod.Completion).ExitCodes);
        Assert.Equal(
            """
            656 Running
            656 Stopping
            25657 Cleaning
            30656 Destroying PodStopTimedOut
            30677 Gone PodStopTimedOut
            """, trace.Text);
    }

    [Fact]
    public void A_stop_that_is_never_answered_ends_the_machine_after_30_s()
    {
        var world = new SimulatedWorld(new SimulatedFault(K.AckLost) { Command = "STOPPOD" });
        var (vm, _) = world.Running(Pod("sleep", "1000"));
        var trace = Trace(vm);
        var stopped = vm.Stop();

        world.Advance(40);

        Assert.Equal(VmReason.PodStopTimedOut, Failure<VmFailedException>(stopped).Reason);

        // Nothing may be sent behind an unanswered STOPPOD, so QEMU is told to quit at once.
        Assert.Equal(
            """
            656 Running
            656 Stopping
            30656 Terminating PodStopTimedOut
            30677 Destroying PodStopTimedOut
            30677 Gone PodStopTimedOut
            """, trace.Text);
    }

    [Fact]
    public void A_shutdown_that_nothing_obeys_takes_10_s_for_the_guest_10_for_quit_10_for_the_kill_and_60_for_the_release()
    {
        var world = new SimulatedWorld(
            new SimulatedFault(K.AckLost) { Command = "DESTROYPOD" }, new SimulatedFault(K.QuitIgnored), new SimulatedFault(K.Unkillable));
        var (vm, pod) = world.Running(Pod("sleep", "1000"));
        var trace = Trace(vm);
        var down = vm.ShutDown();

        world.Advance(89);
        Assert.False(down.IsCompleted);
        world.Advance(2);

        Now(down);
        Assert.Equal(
            """
            656 Running
            656 Terminating ShutdownRequested
            20656 Destroying ShutdownRequested
            90656 Gone ShutdownRequested
            """, trace.Text);
        Assert.True(vm.State.ResourcesLost);
        Assert.Empty(Now(pod.Completion).ExitCodes);
        Assert.Equal((1, 1), (world.Driver.Alive, world.Driver.Held));
    }

    [Fact]
    public void A_release_that_takes_too_long_is_listed_as_lost_after_60_s()
    {
        var world = new SimulatedWorld(new SimulatedFault(K.ReleaseSlow) { After = TimeSpan.FromSeconds(100) });
        var vm = world.Booted();
        var trace = Trace(vm);
        var down = vm.ShutDown();

        world.Advance(70);

        Now(down);
        Assert.Equal("550 Init\n550 Destroying ShutdownRequested\n60571 Gone ShutdownRequested", trace.Text);
        Assert.True(vm.State.ResourcesLost);
    }

    [Fact]
    public void A_release_that_fails_is_listed_as_lost_at_once()
    {
        var world = new SimulatedWorld(new SimulatedFault(K.ReleaseFails));
        var vm = world.Booted();
        var down = vm.ShutDown();

        world.Advance(1);

        Now(down);
        Assert.True(vm.State is { Phase: VmPhase.Gone, ResourcesLost: true });
    }

    [Fact]
    public void Ping_30_s_after_the_last_sign_of_life_and_for_as_long_as_the_machine_lives()
    {
        var world = new SimulatedWorld();
        var vm = world.Booted();
        var pings = new List<TimeSpan>();
        vm.Steps.Subscribe(step =>
        {
            if (step.Effects.HasFlag(VmEffects.SendPing))
            {
                pings.Add(step.At);
            }
        });

        world.Advance(TimeSpan.FromDays(1));

        // 30 s, and the millisecond of the answer.
        Assert.Equal(2879, pings.Count);
        Assert.Equal(TimeSpan.FromMilliseconds(30_550), pings[0]);
        Assert.All(pings.Skip(1).Zip(pings), pair => Assert.Equal(TimeSpan.FromMilliseconds(30_001), pair.First - pair.Second));
        Assert.Equal(VmPhase.Init, vm.State.Phase);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pong_30_s_after_the_ping(bool withPod)
    {
        var world = new SimulatedWorld(new SimulatedFault(K.GuestMute) { At = SimulatedMoment.Pinged });
        var vm = withPod ? world.Running(Pod("sleep", "1000")).Vm : world.Booted();
        var trace = Trace(vm);

        world.Advance(70);

        Assert.Equal(
            withPod
                ? "656 Running\n60656 Destroying GuestUnresponsive\n60677 Gone GuestUnresponsive"
                : "550 Init\n60550 Destroying GuestUnresponsive\n60571 Gone GuestUnresponsive",
            trace.Text);
    }

    [Fact]
    public void Pong_30_s_after_a_call_that_is_not_answered()
    {
        var world = new SimulatedWorld(new SimulatedFault(K.GuestMute) { At = SimulatedMoment.ExecStarting });
        var (vm, _) = world.Running(Pod("sleep", "1000"));
        world.Advance(5);
        var trace = Trace(vm);
        var exec = vm.Exec("c0", "true");

        world.Advance(40);

        Assert.Equal(VmReason.GuestUnresponsive, Failure<VmFailedException>(exec).Reason);
        Assert.Equal("656 Running\n35656 Destroying GuestUnresponsive\n35677 Gone GuestUnresponsive", trace.Text);
    }

    [Theory]
    [InlineData(K.ControlCut)]
    [InlineData(K.ControlReset)]
    [InlineData(K.TtyCut)]
    [InlineData(K.MonitorCut)]
    [InlineData(K.MonitorReset)]
    public void Loss_1_s_from_a_broken_channel_to_the_kill_of_a_process_that_lives_on(SimulatedFaultKind kind)
    {
        var world = new SimulatedWorld(new SimulatedFault(kind) { At = SimulatedMoment.PodStarted, After = TimeSpan.FromSeconds(1) });
        var (vm, pod) = world.Running(Pod("sleep", "1000"));
        var trace = Trace(vm);

        world.Advance(5);

        Assert.Equal("656 Running\n1656 Destroying ConnectionLost\n2676 Gone ConnectionLost", trace.Text);
        Assert.Equal(VmReason.ConnectionLost, Now(pod.Completion).Reason);
    }

    [Fact]
    public void A_disk_that_is_not_answered_fails_the_pod_after_the_monitors_30_s()
    {
        var world = new SimulatedWorld(new SimulatedFault(K.ReplyLost) { Command = "device_add" });
        var vm = world.Create();
        var trace = Trace(vm);
        var started = vm.Run(Pod("true"));

        world.Advance(70);

        Assert.Equal(VmReason.DeviceAddFailed, Failure<VmFailedException>(started).Reason);
        Assert.StartsWith("0 Preparing\n0 Booting\n550 Starting\n30552 Terminating DeviceAddFailed", trace.Text, StringComparison.Ordinal);
        Assert.Equal(VmPhase.Gone, vm.State.Phase);
    }

    private static string RunToTheEnd(SimulatedWorld world)
    {
        var vm = world.Create();
        var trace = Trace(vm);
        Now(vm.Boot());
        world.Advance(200);
        Assert.True(trace.IsCompleted);
        Assert.Equal((0, 0), (world.Driver.Alive, world.Driver.Held));
        return trace.Text;
    }
}
