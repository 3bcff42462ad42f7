using System.Text;
using Rx.Vm.Guest;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;
using Rx.Vm.Testing;
using static Rx.Vm.Tests.Testing.SimulatedWorld;

namespace Rx.Vm.Tests.Testing;

/// <summary>Readers that do their worst, in every position: what it costs is at most the process that they read from.</summary>
public class SimulatedStreamTests
{
    private const int Line = 60_000;

    private int _written;

    public static TheoryData<string> Readers => [.. Worst.Keys];

    private static Dictionary<string, Action<ProcessStreams>> Worst { get; } = new()
    {
        ["nobody"] = static _ => { },
        ["a stream that is opened and not read"] = static s => s.Output.OpenStream(),
        ["a pipe that is read and not advanced"] = static s => _ = s.Output.OpenReader().ReadAsync(),
        ["an observer that throws"] = static s => s.Output.Subscribe(_ => throw new InvalidOperationException("hostile")),
        ["an observer that leaves"] = static s => s.Output.Subscribe(_ => { }).Dispose(),
        ["a sink that never completes"] = static s => s.Output.CopyToAsync(new StuckStream()),
        ["a sink that throws"] = static s => s.Output.CopyToAsync(_ => throw new InvalidOperationException("hostile")),
        ["an enumeration that is not gone on with"] = static s => _ = s.Output.ReadAsync().GetAsyncEnumerator().MoveNextAsync(),
        ["a reader of what is not there yet"] = static s => s.Output.From(long.MaxValue).Subscribe(_ => { }),
    };

    [Theory]
    [MemberData(nameof(Readers))]
    public void Beside_an_endless_writer_with_its_worst_reader_all_else_goes_on_and_the_stop_takes_no_longer(string reader)
    {
        var world = World();
        var (vm, pod) = world.Running(Pod(Container("flood"), Container("sh", "-c", "sleep 5; echo last")), KeepMode.AfterFinish);
        Worst[reader](pod.Containers[0].Streams);
        var other = Collect(pod.Containers[1].Streams.Output);
        for (var i = 0; i < 20; i++)
        {
            var process = vm.Exec("c1", "sh", "-c", "echo out; exit 9");
            world.Advance(0.1);
            Assert.Equal(9, Now(Now(process).ExitCode));
            Assert.Equal("out\n∎", Collect(Now(process).Streams.Output).ToString());
        }

        world.Advance(10);
        Assert.Equal("last\n∎", other.ToString());
        var stopped = vm.Stop();
        world.Advance(0.1);

        Now(stopped);
        Assert.Equal([143, 0], Now(pod.Completion).ExitCodes);
        Assert.Equal(VmPhase.Init, vm.State.Phase);
        Assert.True(Now(pod.Containers[0].Streams.Ended));
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public void A_shutdown_and_a_kill_wait_for_no_reader(string reader)
    {
        foreach (var end in (Func<VirtualMachine, Task>[])[vm => vm.ShutDown(), vm => vm.Kill()])
        {
            var world = World();
            var (vm, pod) = world.Running(Pod("flood"));
            Worst[reader](pod.Containers[0].Streams);
            world.Advance(1);
            var ended = end(vm);
            world.Advance(1);
            Now(ended);
            Assert.Equal(VmPhase.Gone, Now(vm.Completion).Phase);
            Assert.True(Now(pod.Completion) is not null);
        }
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public void A_further_process_that_waits_with_its_worst_reader_has_its_exit_code_when_it_ends(string reader)
    {
        var world = World();
        var (vm, _) = world.Running(Pod("sleep", "1000"));
        var started = vm.ExecAsync("c0", ["print"], new ExecOptions { Output = OutputPolicy.Wait }, CancellationToken.None);
        world.Advance(0.1);
        var process = Now(started);
        Worst[reader](process.Streams);
        world.Advance(1);
        Assert.Equal(7, Now(process.ExitCode));
    }

    [Fact]
    public void By_default_a_container_waits_for_its_reader_and_nothing_is_lost_and_an_exec_does_not()
    {
        var world = World();
        var (vm, pod) = world.Running(Pod("flood"));
        world.Advance(60);
        Assert.Equal((256 << 10) / Line, _written);

        var started = vm.Exec("c0", "print");
        world.Advance(0.1);
        var process = Now(started);
        world.Advance(1);
        Assert.Equal(7, Now(process.ExitCode));
        Assert.Equal(0, process.Streams.Output.DroppedBytes);
        Assert.Equal(0, pod.Containers[0].Streams.Output.DroppedBytes);
    }

    [Fact]
    public void Two_readers_at_different_paces_each_get_every_byte_and_the_slower_one_governs()
    {
        var world = World();
        var (_, pod) = world.Running(Pod("count"));
        var output = pod.Containers[0].Streams.Output;
        using var stream = output.OpenStream();
        var (fast, slow) = (Collect(output), new StringBuilder());
        var buffer = new byte[10_000];
        for (var i = 0; i < 1000; i++)
        {
            world.Advance(0.01);

            // A process that has ended leaves what was in its pipe.
            var last = pod.Completion.IsCompleted ? 64 << 10 : 0;
            Assert.True(output.Position - slow.Length <= (256 << 10) + last, "the writer got further ahead than its window");
            var read = stream.ReadAsync(buffer, CancellationToken.None).AsTask();
            slow.Append(Encoding.ASCII.GetString(buffer, 0, Now(read)));
        }

        Assert.Equal(Numbers + "∎", fast.ToString());
        Assert.Equal(Numbers, slow.ToString());
        Assert.Equal(0, Now(pod.Completion).ExitCode);
    }

    [Fact]
    public void A_late_and_a_second_reader_get_what_is_kept_also_when_the_machine_has_gone()
    {
        var world = World();
        var (vm, pod) = world.Running(Pod("sh", "-c", "echo one; sleep 1; echo two"));
        var output = pod.Containers[0].Streams.Output;
        var first = Collect(output);
        world.Advance(3);
        Assert.Equal(VmPhase.Gone, vm.State.Phase);

        Assert.Equal("one\ntwo\n∎", first.ToString());
        Assert.Equal("one\ntwo\n∎", Collect(output).ToString());
        var from = new List<OutputPiece>();
        output.From(4).Subscribe(from.Add);
        Assert.Equal("two\n", Encoding.ASCII.GetString(Assert.Single(from).Bytes.Span));
    }

    [Fact]
    public void The_end_of_a_pod_waits_for_no_reader_and_its_output_is_there_afterwards()
    {
        var world = World();
        var (vm, pod) = world.Running(Pod("print"));
        world.Advance(1);
        Assert.Equal((7, VmPhase.Gone), (Now(pod.Completion).ExitCode, vm.State.Phase));
        Assert.Equal(4 * Line + 1, Collect(pod.Containers[0].Streams.Output).Length);
    }

    [Fact]
    public void A_program_that_would_end_by_itself_does_so_at_a_stop_although_nobody_ever_read_its_output()
    {
        var world = World();
        var (vm, pod) = world.Running(Pod("polite"), KeepMode.AfterFinish);
        world.Advance(10);
        Assert.Equal((256 << 10) / Line, _written);
        var stopped = vm.Stop();
        world.Advance(1);
        Now(stopped);
        Assert.Equal([3], Now(pod.Completion).ExitCodes);
        var last = new List<OutputPiece>();
        pod.Containers[0].Streams.Output.From(0).Subscribe(last.Add);
        Assert.True(last[0].Missed > 0);
        Assert.EndsWith("bye", Encoding.ASCII.GetString(last[^1].Bytes.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_killed_program_left_in_its_pipe_comes_though_its_window_was_used_up()
    {
        var world = World();
        var (vm, pod) = world.Running(Pod("flood"), KeepMode.AfterFinish);
        using var stuck = pod.Containers[0].Streams.Output.OpenStream();
        world.Advance(10);
        var killed = vm.Signal("c0", 9);
        world.Advance(1);
        Now(killed);
        Assert.Equal(137, Now(pod.Completion).ExitCode);
        Assert.Equal((5 * Line, 0), (pod.Containers[0].Streams.Output.Position, pod.Containers[0].Streams.Output.DroppedBytes));
    }

    [Fact]
    public void A_guest_that_ignores_windows_makes_its_host_hold_no_more_than_is_allowed_and_nobody_wait()
    {
        foreach (var settings in (SimulatedSettings[])
        [
            new() { Faults = [new SimulatedFault(SimulatedFaultKind.WindowIgnored)] },
            new() { Features = [.. new SimulatedSettings().Features.Where(f => f != "window")] },
        ])
        {
            _written = 0;
            var world = World(settings);
            var (vm, pod) = world.Running(Pod(Container("count"), Container("sh", "-c", "sleep 1; echo here")));
            using var stuck = pod.Containers[0].Streams.Output.OpenStream();
            var other = Collect(pod.Containers[1].Streams.Output);
            world.Advance(5);
            var output = pod.Containers[0].Streams.Output;
            Assert.Equal((VmPhase.Gone, "here\n∎"), (vm.State.Phase, other.ToString()));
            Assert.Equal(Numbers.Length, output.Position);
            Assert.True(output.Position - output.Oldest <= StreamBudget.PerMachine);
        }
    }

    [Fact]
    public void A_refused_exec_leaves_no_session_and_a_thousand_of_them_no_memory()
    {
        var world = World();
        var (vm, _) = world.Running(Pod("sleep", "1000"));
        for (var i = 0; i < 1000; i++)
        {
            var refused = vm.Exec("c9", "true");
            world.Advance(0.01);
            Assert.True(refused.IsFaulted);
        }

        Assert.Equal((2, StreamBudget.PerMachine - 2 * ((256 << 10) - ByteRing.Free)), (vm.Tty!.OpenStreams, vm.Tty.Budget.Left));
    }

    [Fact]
    public void An_exec_whose_caller_has_left_waits_for_nobody()
    {
        var world = World();
        var (vm, _) = world.Running(Pod("sleep", "1000"));
        using var source = new CancellationTokenSource();
        var started = vm.ExecAsync("c0", ["count"], new ExecOptions { Output = OutputPolicy.Wait }, source.Token);
        source.Cancel();
        Assert.True(started.IsCanceled);
        world.Advance(1);
        Assert.Equal((100, 2), (_written, vm.Tty!.OpenStreams));
    }

    [Fact]
    public void The_pod_of_a_run_whose_caller_has_left_can_be_found_read_and_stopped()
    {
        var world = World();
        var vm = world.Create();
        using var source = new CancellationTokenSource();
        var started = vm.RunPodAsync(Pod("count"), source.Token);
        Assert.Null(vm.Pod);
        world.Advance(0.3);
        source.Cancel();
        Assert.True(started.IsCanceled);
        world.Advance(10);
        Assert.Equal(VmPhase.Running, vm.State.Phase);

        var output = Collect(vm.Pod!.Containers[0].Streams.Output);
        Assert.Same(vm.Pod, vm.Pod);
        world.Advance(1);
        Assert.Equal(Numbers + "∎", output.ToString());
        Assert.Equal(0, Now(vm.Pod.Completion).ExitCode);
    }

    private static string Numbers { get; } = string.Concat(Enumerable.Range(0, 100).Select(Number));

    private static string Number(int number) => $"{number:000}".PadRight(Line, '.');

    private SimulatedWorld World(SimulatedSettings? settings = null)
    {
        settings ??= new SimulatedSettings();
        return new(settings with
        {
            Programs = SimulatedPrograms.Default
                .Add("flood", _ => Lines(int.MaxValue, SimulatedStep.Sleep(TimeSpan.FromMilliseconds(50))))
                .Add("count", _ => Lines(100)).Add("print", _ => [.. Lines(4), SimulatedStep.Exit(7)])
                .Add("polite", Polite),
        });
    }

    private IEnumerable<SimulatedStep> Lines(int count, SimulatedStep? pause = null)
    {
        while (_written < count)
        {
            yield return SimulatedStep.Print(Encoding.ASCII.GetBytes(Number(_written)));
            _written++;
            if (pause is not null)
            {
                yield return pause;
            }
        }
    }

    private IEnumerable<SimulatedStep> Polite(SimulatedCall call)
    {
        call.Trap(15);
        while (call.Signal == 0)
        {
            yield return SimulatedStep.Print(new byte[Line]);
            _written++;
            yield return SimulatedStep.Sleep(TimeSpan.FromMilliseconds(50));
        }

        yield return SimulatedStep.Print("bye");
        yield return SimulatedStep.Exit(3);
    }

    private sealed class StuckStream : MemoryStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            await new TaskCompletionSource().Task;
    }
}
