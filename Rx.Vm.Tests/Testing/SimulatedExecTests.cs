using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;
using Rx.Vm.Testing;
using static Rx.Vm.Tests.Testing.SimulatedWorld;

namespace Rx.Vm.Tests.Testing;

/// <summary>Ending further processes, and how their ends and those of containers are told.</summary>
public class SimulatedExecTests
{
    [Theory]
    [InlineData("exec-signal")]
    [InlineData("ends")]
    public void What_a_guest_lacks_is_refused_by_name_or_told_the_old_way(string lacking)
    {
        var sound = new SimulatedSettings();
        var world = new SimulatedWorld(sound with { Features = sound.Features.Remove(lacking) });
        var (vm, pod) = world.Running(Pod("sleep", "1000"));
        var exec = vm.Exec("c0", "sleep", "5");
        var limited = vm.ExecAsync("c0", ["sleep", "1000"], new ExecOptions { Timeout = TimeSpan.FromSeconds(1) }, CancellationToken.None);
        world.Advance(0.1);
        var process = Now(exec);
        var kill = process.KillAsync(9, CancellationToken.None);
        world.Advance(2);

        if (lacking == "exec-signal")
        {
            Assert.Contains("the guest lacks exec-signal", Failure<VmFailedException>(kill).Message, StringComparison.Ordinal);
            Assert.Contains("the guest lacks exec-signal", Failure<VmFailedException>(limited).Message, StringComparison.Ordinal);
            Assert.False(process.Exit.IsCompleted);
            world.Advance(5);
            Assert.Equal((0, null), Now(process.Exit) is { } exit ? (exit.Code, exit.Signal) : default);
        }
        else
        {
            Now(kill);
            Assert.Equal(new ProcessExit(137), Now(process.Exit));
            Assert.Equal(new ProcessExit(137), Now(Now(limited).Exit));
            var stopped = vm.Stop();
            world.Advance(1);
            Now(stopped);
            Assert.Equal(new ProcessExit(143), Now(pod.Containers[0].Exit));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_command_that_the_guest_is_slow_with_delays_no_other_where_answers_have_ids(bool hasIds)
    {
        var sound = new SimulatedSettings();
        var world = new SimulatedWorld(sound with
        {
            Features = hasIds ? sound.Features : sound.Features.Remove("ids"),
            Faults = [new SimulatedFault(SimulatedFaultKind.AckLate) { Command = "EXECCMD", After = TimeSpan.FromSeconds(3) }],
        });
        var (vm, _) = world.Running(Pod(Container("sleep", "1000"), Container("sleep", "1000")));
        var slow = vm.Exec("c0", "sh", "-c", "exit 4");
        var quick = vm.Exec("c1", "sh", "-c", "exit 5");
        world.Advance(0.1);

        Assert.Equal((false, hasIds), (slow.IsCompleted, quick.IsCompleted));
        world.Advance(4);
        Assert.Equal((4, 5), (Now(Now(slow).ExitCode), Now(Now(quick).ExitCode)));
    }

    [Fact]
    public void A_time_out_is_kept_to_the_millisecond_of_the_guest_s_clock_and_told_apart_from_a_kill()
    {
        var world = new SimulatedWorld();
        var (vm, _) = world.Running(Pod("sleep", "1000"));
        var exec = vm.ExecAsync("c0", ["sleep", "1000"], new ExecOptions { Timeout = TimeSpan.FromMilliseconds(1499.5) }, CancellationToken.None);
        var other = vm.Exec("c0", "sleep", "1000");
        world.Advance(0.1);
        var kill = Now(other).KillAsync(9, CancellationToken.None);
        world.Advance(1.39);
        Now(kill);
        Assert.False(Now(exec).Exit.IsCompleted);
        world.Advance(0.02);

        Assert.Equal(
            new ProcessExit(137) { Signal = 9, IsTimedOut = true, Duration = TimeSpan.FromMilliseconds(1500) }, Now(Now(exec).Exit));
        Assert.Equal((9, false), Now(Now(other).Exit) is { } exit ? (exit.Signal, exit.IsTimedOut) : default);
    }

    [Fact]
    public void The_end_of_a_process_waits_for_no_reader_of_its_output()
    {
        var sound = new SimulatedSettings();
        var world = new SimulatedWorld(sound with { Programs = sound.Programs.SetItem("yes", static _ => Yes()) });
        var (vm, pod) = world.Running(Pod(Container("yes"), Container("sleep", "1000")));
        world.Advance(1);
        var flood = pod.Containers[0];
        Assert.False(flood.Exit.IsCompleted);

        var signal = vm.Signal("c0", 9);
        world.Advance(0.1);

        Now(signal);
        Assert.Equal((137, 9), Now(flood.Exit) is { } exit ? (exit.Code, exit.Signal) : default);
        Assert.False(pod.Completion.IsCompleted);
    }

    private static IEnumerable<SimulatedStep> Yes()
    {
        while (true)
        {
            yield return SimulatedStep.Print(new string('y', 4096));
        }
    }

    [Fact]
    public void A_container_that_was_killed_for_memory_says_so()
    {
        var world = new SimulatedWorld(new SimulatedFault(SimulatedFaultKind.OutOfMemory) { At = SimulatedMoment.PodStarted, After = TimeSpan.FromSeconds(3) });
        var (_, pod) = world.Running(Pod("sleep", "1000"));
        world.Advance(4);

        Assert.Equal(
            new ProcessExit(137) { Signal = 9, IsOutOfMemory = true, Duration = TimeSpan.FromSeconds(3) }, Now(pod.Containers[0].Exit));
    }

    [Theory]
    [InlineData(SimulatedFaultKind.ProcessEndLost)]
    [InlineData(SimulatedFaultKind.ProcessEndStray)]
    public void An_end_that_was_not_told_is_known_with_the_pod(SimulatedFaultKind kind)
    {
        var world = new SimulatedWorld(new SimulatedFault(kind) { Occurrence = 0 });
        var (vm, pod) = world.Running(Pod("sh", "-c", "sleep 5; exit 3"), KeepMode.AfterFinish);
        var exec = vm.Exec("c0", "sh", "-c", "exit 4");
        world.Advance(4);
        Assert.False(Now(exec).Exit.IsCompleted);
        world.Advance(4);

        Assert.NotEqual(VmPhase.Gone, vm.State.Phase);
        Assert.Null(Now(Now(exec).Exit));
        Assert.Null(Now(Now(exec).ExitCode));
        Assert.Equal([3], Now(pod.Completion).ExitCodes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_time_out_that_is_none_is_refused_by_its_field(int seconds)
    {
        var world = new SimulatedWorld();
        var (vm, _) = world.Running(Pod("sleep", "1000"));
        var exec = vm.ExecAsync("c0", ["true"], new ExecOptions { Timeout = TimeSpan.FromSeconds(seconds) }, CancellationToken.None);
        Assert.Equal("exec.timeout", Failure<PodSpecException>(exec).Field);
    }
}
