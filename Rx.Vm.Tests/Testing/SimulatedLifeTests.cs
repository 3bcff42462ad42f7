using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;
using Rx.Vm.Testing;
using static Rx.Vm.Tests.Testing.SimulatedWorld;

namespace Rx.Vm.Tests.Testing;

/// <summary>The normal life of a machine through the whole pipeline, to the millisecond of virtual time.</summary>
public class SimulatedLifeTests
{
    [Fact]
    public void A_pod_boots_its_machine_runs_finishes_and_takes_the_machine_with_it()
    {
        var world = new SimulatedWorld();
        var vm = world.Create();
        var trace = Trace(vm);

        var started = vm.Run(Pod("echo", "hello", "world"));
        world.Advance(0.7);
        var pod = Now(started);
        var output = Collect(pod.Containers[0].Streams.Output);
        world.Advance(1);

        // Process 50, READY 550; blockdev-add 1, device_add 5, STARTPOD 100; goodbye 1, quit 1, exit 10 + 10.
        Assert.Equal(
            """
            0 Preparing
            0 Booting
            550 Starting
            656 Running
            656 Terminating PodFinished
            678 Destroying PodFinished
            678 Gone PodFinished
            """, trace.Text);
        Assert.True(trace.IsCompleted);
        Assert.Equal("hello world\n∎", output.ToString());
        Assert.Equal([0], Now(pod.Completion).ExitCodes);
        Assert.Equal(VmPhase.Gone, Now(vm.Completion).Phase);
        Assert.Equal((1, 0, 0), (world.Driver.Started, world.Driver.Alive, world.Driver.Held));
        Assert.Empty(world.Host.Vms.Items);
        Assert.Null(world.Host.Find("vm1"));
    }

    [Fact]
    public void A_kept_machine_takes_a_second_pod()
    {
        var world = new SimulatedWorld();
        var (vm, first) = world.Running(Pod("sh", "-c", "sleep 1; exit 3"), KeepMode.AfterFinish);
        var trace = Trace(vm);

        world.Advance(2);
        Assert.Equal([3], Now(first.Completion).ExitCodes);
        Assert.Equal(VmPhase.Init, vm.State.Phase);
        Assert.Equal(0, world.Driver.Find("vm1").Monitor.Disks.Count);
        var again = vm.Run(Pod("sh", "-c", "sleep 1; exit 4") with { Id = "pod2" });
        world.Advance(2);

        var second = Now(again);
        Assert.Equal(("pod2", 4), (second.Id, Now(second.Completion).ExitCode));

        // The first ends a second after its start: device_del 1, DEVICE_DELETED 20, blockdev-del 1, rescan 1. The second starts at 2656.
        Assert.Equal(
            """
            656 Running
            1656 Cleaning
            1679 Init
            2656 Starting
            2762 Running
            3762 Cleaning
            3785 Init
            """, trace.Text);
        Assert.Equal((1, 1, 1), (world.Driver.Started, world.Driver.Alive, world.Driver.Held));
    }

    [Fact]
    public void A_stopped_pod_leaves_a_machine_for_the_next()
    {
        var world = new SimulatedWorld();
        var (vm, pod) = world.Running(Pod("sleep", "1000"));
        var trace = Trace(vm);

        var stopped = vm.Stop();
        world.Advance(0.1);

        Now(stopped);
        Assert.Equal([143], Now(pod.Completion).ExitCodes);
        Assert.Equal(VmReason.None, Now(pod.Completion).Reason);
        Assert.Equal(VmPhase.Init, vm.State.Phase);
        Assert.Equal("656 Running\n656 Stopping\n657 Cleaning\n680 Init", trace.Text);
    }

    [Fact]
    public void A_program_that_handles_the_stop_has_time_to_end_by_itself()
    {
        var world = new SimulatedWorld(new SimulatedSettings { Programs = SimulatedPrograms.Default.Add("server", Server) });
        var (vm, pod) = world.Running(Pod("server"));
        var output = Collect(pod.Containers[0].Streams.Output);

        var stopped = vm.Stop();
        world.Advance(3.1);

        Now(stopped);
        Assert.Equal("working\nbye\n∎", output.ToString());
        Assert.Equal([7], Now(pod.Completion).ExitCodes);

        static IEnumerable<SimulatedStep> Server(SimulatedCall call)
        {
            call.Trap(15);
            yield return SimulatedStep.Print("working\n");
            yield return SimulatedStep.Sleep(Timeout.InfiniteTimeSpan);
            yield return SimulatedStep.Sleep(TimeSpan.FromSeconds(3));
            yield return SimulatedStep.Print("bye\n");
            yield return SimulatedStep.Exit(7);
        }
    }

    [Fact]
    public void A_program_that_ignores_the_stop_is_killed_after_ten_seconds()
    {
        var world = new SimulatedWorld(new SimulatedSettings { Programs = SimulatedPrograms.Default.Add("stubborn", Stubborn) });
        var (vm, pod) = world.Running(Pod("stubborn"));

        var stopped = vm.Stop();
        world.Advance(9.9);
        Assert.False(pod.Completion.IsCompleted);
        world.Advance(0.2);

        Now(stopped);
        Assert.Equal([137], Now(pod.Completion).ExitCodes);
        Assert.Equal(VmPhase.Init, vm.State.Phase);

        static IEnumerable<SimulatedStep> Stubborn(SimulatedCall call)
        {
            call.Trap(15);
            while (true)
            {
                yield return SimulatedStep.Sleep(Timeout.InfiniteTimeSpan);
            }
        }
    }

    [Fact]
    public void Containers_run_side_by_side_and_report_in_order()
    {
        var world = new SimulatedWorld();
        var (vm, pod) = world.Running(Pod(
            Container("sh", "-c", "sleep 2; echo second; exit 5"), Container("sh", "-c", "sleep 1; echo first >&2; exit 6")));
        var slow = Collect(pod.Containers[0].Streams.Output);
        var fast = Collect(pod.Containers[1].Streams.Error);

        world.Advance(1.5);
        Assert.Equal(("", "first\n∎"), (slow.ToString(), fast.ToString()));
        world.Advance(1);

        Assert.Equal("second\n∎", slow.ToString());
        Assert.Equal([5, 6], Now(pod.Completion).ExitCodes);
        Assert.Equal(5, Now(pod.Completion).ExitCode);
        Assert.Equal(VmPhase.Gone, Now(vm.Completion).Phase);
    }

    [Fact]
    public void Environment_directory_user_and_host_name_reach_the_program()
    {
        var world = new SimulatedWorld();
        var container = Container("sh", "-c", "echo \"$A|${B}\" && pwd && id -u && id -g && hostname") with
        {
            Envs = [new("A", "x y"), new("B", "z")],
            Workdir = "/srv",
            User = new("1000", "50", []),
        };
        var (_, pod) = world.Running(Pod(container));
        var output = Collect(pod.Containers[0].Streams.Output);

        world.Advance(1);

        Assert.Equal("x y|z\n/srv\n1000\n50\npod1\n∎", output.ToString());
    }

    [Theory]
    [InlineData("echo ${V:-d}")]
    [InlineData("echo ${V")]
    [InlineData("echo ${}")]
    [InlineData("echo \"$(date)\"")]
    [InlineData("echo \"`date`\"")]
    [InlineData("echo `date`")]
    [InlineData("echo $1 $#")]
    [InlineData("echo $$")]
    [InlineData("echo \"$@\"")]
    [InlineData("echo a # b")]
    [InlineData("echo ~")]
    [InlineData("echo -e a")]
    [InlineData("printf '%s\\n' x")]
    [InlineData("printf '\\033[1m'")]
    public void What_the_shell_does_not_know_is_refused_and_never_printed_as_text(string script)
    {
        var world = new SimulatedWorld();
        var (_, pod) = world.Running(Pod("sh", "-c", script));
        var output = Collect(pod.Containers[0].Streams.Output);
        var errors = Collect(pod.Containers[0].Streams.Error);

        world.Advance(1);

        Assert.Equal("∎", output.ToString());
        Assert.Contains("not simulated", errors.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, Now(pod.Completion).ExitCode);
    }

    [Fact]
    public void Input_reaches_the_program_until_its_end()
    {
        var world = new SimulatedWorld();
        var (_, pod) = world.Running(Pod("cat"));
        var streams = pod.Containers[0].Streams;
        var output = Collect(streams.Output);

        Assert.True(Now(streams.WriteInputAsync("one\n"u8.ToArray(), CancellationToken.None).AsTask()));
        world.Advance(1);
        Assert.Equal("one\n", output.ToString());
        Assert.True(Now(streams.WriteInputAsync("two"u8.ToArray(), CancellationToken.None).AsTask()));
        Assert.True(Now(streams.CloseInputAsync().AsTask()));
        world.Advance(1);

        Assert.Equal("one\ntwo∎", output.ToString());
        Assert.True(Now(streams.Ended));
        Assert.Equal(0, Now(pod.Completion).ExitCode);
    }

    [Fact]
    public void Output_that_nobody_reads_holds_the_program_up_and_nothing_is_lost()
    {
        const int Blocks = 100;
        var written = 0;
        var world = new SimulatedWorld(new SimulatedSettings { Programs = SimulatedPrograms.Default.Add("flood", Flood) });
        var (vm, pod) = world.Running(Pod("flood"));

        world.Advance(60);
        Assert.InRange(written, 4, 8);
        Assert.Equal(VmPhase.Running, vm.State.Phase);
        var bytes = 0;
        pod.Containers[0].Streams.Output.Subscribe(chunk => bytes += chunk.Length);
        world.Advance(1);

        Assert.Equal((Blocks, Blocks * 60_000), (written, bytes));
        Assert.Equal(0, Now(pod.Completion).ExitCode);

        IEnumerable<SimulatedStep> Flood(SimulatedCall call)
        {
            for (; written < Blocks; written++)
            {
                yield return SimulatedStep.Print(new byte[60_000]);
            }
        }
    }

    [Fact]
    public void A_further_process_has_streams_and_an_exit_code_of_its_own()
    {
        var world = new SimulatedWorld();
        var (vm, _) = world.Running(Pod("sleep", "1000"));

        var started = vm.Exec("c0", "sh", "-c", "echo out; echo err >&2; exit 9");
        world.Advance(0.01);
        var process = Now(started);
        var (output, error) = (Collect(process.Streams.Output), Collect(process.Streams.Error));
        world.Advance(0.01);

        Assert.Equal(("out\n∎", "err\n∎", 9), (output.ToString(), error.ToString(), Now(process.ExitCode)));
        Assert.Equal(VmPhase.Running, vm.State.Phase);
    }

    [Fact]
    public void A_further_process_that_cannot_start_fails_alone()
    {
        var world = new SimulatedWorld();
        var (vm, _) = world.Running(Pod("sleep", "1000"));

        var unknown = vm.Exec("c0", "nosuch");
        var elsewhere = vm.Exec("c9", "true");
        world.Advance(0.01);

        Assert.Equal("vm1: exec failed: exec: nosuch: not found", Failure<VmFailedException>(unknown).Message);
        Assert.Equal("vm1: exec failed: exec: no container 'c9' is running", Failure<VmFailedException>(elsewhere).Message);
        Assert.Equal(VmPhase.Running, vm.State.Phase);
    }

    [Theory]
    [InlineData(9, 137)]
    [InlineData(15, 143)]
    [InlineData(28, null)]
    public void A_signal_without_a_handler_does_what_the_kernel_does(int signal, int? code)
    {
        var world = new SimulatedWorld();
        var (vm, pod) = world.Running(Pod("sleep", "1000"));

        var sent = vm.Signal("c0", signal);
        world.Advance(0.5);

        Now(sent);
        Assert.Equal(code, pod.Completion.IsCompleted ? Now(pod.Completion).ExitCode : null);
    }

    [Fact]
    public void A_command_that_is_not_there_ends_its_container_with_127()
    {
        var world = new SimulatedWorld();
        var (_, pod) = world.Running(Pod("nosuch"));
        var error = Collect(pod.Containers[0].Streams.Error);

        world.Advance(1);

        Assert.Equal(("nosuch: not found\n∎", 127), (error.ToString(), Now(pod.Completion).ExitCode));
    }

    [Fact]
    public void An_unknown_user_fails_the_start_in_the_guests_own_words()
    {
        var world = new SimulatedWorld();
        var vm = world.Create();

        var started = vm.Run(Pod(Container("true") with { User = new("ghost", null, []) }));
        world.Advance(2);

        var failure = Failure<VmFailedException>(started);
        Assert.Equal(VmReason.PodStartRefused, failure.Reason);
        Assert.EndsWith("container c0: there is no user 'ghost'", failure.Message, StringComparison.Ordinal);
        Assert.Equal(VmPhase.Gone, Now(vm.Completion).Phase);
    }

    [Fact]
    public void A_terminal_has_one_stream_with_echo_line_ends_and_ctrl_d()
    {
        var world = new SimulatedWorld();
        var (_, pod) = world.Running(Pod(Container("cat") with { Tty = true }));
        var streams = pod.Containers[0].Streams;
        var output = Collect(streams.Output);

        Now(streams.WriteInputAsync("hi\r"u8.ToArray(), CancellationToken.None).AsTask());
        Now(streams.WriteInputAsync(new byte[] { 4 }, CancellationToken.None).AsTask());
        world.Advance(1);

        Assert.Equal("hi\r\nhi\r\n∎", output.ToString());
        Assert.Equal(0, Now(pod.Completion).ExitCode);
    }

    [Theory]
    [InlineData(0, 80)]
    [InlineData(24, 0)]
    [InlineData(-1, 80)]
    [InlineData(24, 65_536)]
    [InlineData(int.MaxValue, 80)]
    public void A_terminal_has_a_size_that_fits_into_16_bits(int rows, int columns)
    {
        var world = new SimulatedWorld();
        var (vm, pod) = world.Running(Pod(Container("cat") with { Tty = true }));
        var streams = pod.Containers[0].Streams;

        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = vm.ResizeAsync(streams, rows, columns, CancellationToken.None); });
        var largest = vm.ResizeAsync(streams, 65_535, 65_535, CancellationToken.None);
        Assert.False(largest.IsCompleted);
        world.Advance(0.01);

        Now(largest);
    }

    [Fact]
    public void A_guest_of_2015_says_what_it_lacks_for_a_pod()
    {
        var world = new SimulatedWorld(new SimulatedSettings { Features = [] });
        var vm = world.Create();

        var refused = vm.Run(Pod("true"));
        world.Advance(2);

        // Disks are named by their serials, which such a guest can't do: it says so instead of guessing a device letter.
        var failure = Failure<VmFailedException>(refused);
        Assert.Contains("the guest speaks hyper2015, which can't run a process without a terminal, nor find a disk", failure.Message, StringComparison.Ordinal);
        Assert.Equal(VmPhase.Gone, vm.State.Phase);
    }

    [Fact]
    public void Disposing_the_host_shuts_every_machine_down()
    {
        var world = new SimulatedWorld();
        var first = world.Create(id: "a");
        var second = world.Create(id: "b");
        var started = first.Run(Pod("sleep", "1000"));
        world.Advance(2);
        Now(started);

        var disposed = world.Host.DisposeAsync().AsTask();
        world.Advance(1);

        Now(disposed);
        Assert.Equal((VmReason.ShutdownRequested, VmReason.ShutdownRequested), (first.State.Reason, second.State.Reason));
        Assert.Equal((0, 0), (world.Driver.Alive, world.Driver.Held));
        Assert.Throws<ObjectDisposedException>(() => world.Create(id: "c"));
    }
}
