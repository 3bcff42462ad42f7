using System.Collections.Immutable;
using System.Text;
using Rx.Vm.Guest;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;
using Rx.Vm.Qemu;

// The token of the timeout is Ct, which every wait that can take one takes.
#pragma warning disable xUnit1069

namespace Rx.Vm.Tests.Conformance;

/// <summary>
/// What a machine must do whatever runs it. The same scenarios against the simulated machine and against QEMU with the real guest: where
/// the
/// two differ, one of them is wrong, and a test that relies on the simulation with it.
/// </summary>
public abstract class ConformanceTests(ConformanceHost host)
{
    private const int Limit = 240_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Limit)]
    public async Task Output_and_errors_come_apart_and_whole()
    {
        var run = await RunAsync(Container("sh", "-c", "echo hello; echo trouble >&2; echo again"));

        Assert.Equal(("hello\nagain\n", "trouble\n"), run.Texts[0]);
        Assert.Equal([0], run.Result.ExitCodes);
        Assert.Equal(VmReason.None, run.Result.Reason);
    }

    [Theory(Timeout = Limit)]
    [InlineData("exit 3", 3)]
    [InlineData("false", 1)]
    [InlineData("false || exit 42", 42)]
    [InlineData("true && exit 255", 255)]
    public async Task The_exit_code_is_the_programs(string script, int code)
    {
        var run = await RunAsync(Container("sh", "-c", script));

        Assert.Equal([code], run.Result.ExitCodes);
    }

    [Fact(Timeout = Limit)]
    public async Task A_command_that_is_not_there_ends_with_127_and_a_word()
    {
        var run = await RunAsync(Container("no-such-command"));

        Assert.Equal([127], run.Result.ExitCodes);
        Assert.Contains("no-such-command", run.Texts[0].Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Environment_directory_user_and_host_name_are_those_of_the_spec()
    {
        var container = Container("sh", "-c", "echo \"$A|$B|$HOSTNAME\" && pwd && id -u && id -g && hostname") with
        {
            Envs = [new("A", "x y"), new("B", "$A")],
            Workdir = "/tmp",
            User = new("1000", "50", []),
        };

        var run = await RunAsync(new PodSpec { Hostname = "conform", Containers = [container] });

        Assert.Equal(("x y|$A|conform\n/tmp\n1000\n50\nconform\n", ""), run.Texts[0]);
    }

    // Nearly all that one command to the guest may be: many windows of credit.
    [Fact(Timeout = Limit)]
    public async Task A_pod_of_nearly_a_megabyte_arrives_whole()
    {
        var values = Enumerable.Range(0, 880).Select(i => new ContainerVariable($"V{i}", new string((char)('a' + i % 26), 1000))).ToImmutableArray();

        var run = await RunAsync(Container("sh", "-c", "echo $V0; echo $V439; echo $V879") with { Envs = values });

        Assert.Equal($"{values[0].Value}\n{values[439].Value}\n{values[879].Value}\n", run.Texts[0].Output);
    }

    [Fact(Timeout = Limit)]
    public async Task Containers_run_side_by_side_and_report_in_order_of_declaration()
    {
        var run = await RunAsync(
            Container("sh", "-c", "sleep 1; echo one; exit 5") with { Name = "slow" },
            Container("sh", "-c", "echo two; exit 6") with { Name = "fast" });

        Assert.Equal([5, 6], run.Result.ExitCodes);
        Assert.Equal(5, run.Result.ExitCode);
        Assert.Equal(["one\n", "two\n"], run.Texts.Select(t => t.Output));
    }

    [Fact(Timeout = Limit)]
    public async Task Input_arrives_whole_and_its_end_ends_the_program()
    {
        var machine = await host.MachineAsync(Ct);
        var pod = await machine.RunPodAsync(Pod(Container("cat")), Ct);
        var streams = pod.Containers[0].Streams;
        var sent = new byte[300_000];
        new Random(1).NextBytes(sent);

        var received = ReadAsync(streams.Output);
        var errors = ReadAsync(streams.Error);
        Assert.True(await streams.WriteInputAsync(sent, Ct));
        Assert.True(await streams.CloseInputAsync());

        Assert.True((await received).AsSpan().SequenceEqual(sent), "the bytes came back changed");
        Assert.Empty(await errors);
        Assert.Equal([0], (await pod.Completion).ExitCodes);
        Assert.True(await streams.Ended);
    }

    [Fact(Timeout = Limit)]
    public async Task A_stopped_pod_has_exit_codes_and_leaves_the_machine_for_the_next()
    {
        var machine = await host.MachineAsync(Ct);
        var pod = await machine.RunPodAsync(Pod(Container("sleep", "1000"), Container("sleep", "2000")), Ct);

        await machine.StopPodAsync(Ct);

        var result = await pod.Completion;
        Assert.Equal([143, 143], result.ExitCodes);
        Assert.Equal(VmPhase.Init, machine.State.Phase);
        Assert.Same(machine, await host.MachineAsync(Ct));
        Assert.Equal("next\n", (await RunAsync(Container("echo", "next"))).Texts[0].Output);
    }

    [Theory(Timeout = Limit)]
    [InlineData(9, 137)]
    [InlineData(15, 143)]
    [InlineData(1, 129)]
    public async Task A_signal_ends_the_program_it_was_sent_to(int signal, int code)
    {
        var machine = await host.MachineAsync(Ct);
        var pod = await machine.RunPodAsync(Pod(Container("sleep", "1000") with { Name = "victim" }), Ct);

        await machine.SignalAsync("victim", signal, Ct);

        Assert.Equal([code], (await pod.Completion).ExitCodes);
    }

    [Fact(Timeout = Limit)]
    public async Task A_further_process_runs_in_its_container_with_streams_and_exit_code_of_its_own()
    {
        var machine = await host.MachineAsync(Ct);
        var pod = await machine.RunPodAsync(
            Pod(Container("sleep", "1000") with { Name = "web", Envs = [new("A", "1")], Workdir = "/tmp" }), Ct);

        var options = new ExecOptions { Envs = [new("B", "2")], User = "7" };
        var process = await machine.ExecAsync("web", ["sh", "-c", "echo $A$B; pwd; id -u; echo err >&2; exit 9"], options, Ct);
        var (output, error) = (ReadAsync(process.Streams.Output), ReadAsync(process.Streams.Error));
        await process.Streams.CloseInputAsync();

        Assert.Equal(9, await process.ExitCode);
        Assert.Equal("12\n/tmp\n7\n", Encoding.UTF8.GetString(await output));
        Assert.Equal("err\n", Encoding.UTF8.GetString(await error));
        await machine.StopPodAsync(Ct);
        Assert.True((await pod.Completion).IsKnown);
    }

    [Theory(Timeout = Limit)]
    [InlineData(9)]
    [InlineData(15)]
    public async Task A_further_process_can_be_ended_and_says_by_what_while_its_container_goes_on(int signal)
    {
        var machine = await host.MachineAsync(Ct);
        var pod = await machine.RunPodAsync(Pod(Container("sleep", "1000") with { Name = "web" }), Ct);
        var process = await machine.ExecAsync("web", ["sleep", "1000"], null, Ct);
        Assert.False(process.Exit.IsCompleted);

        await process.KillAsync(signal, Ct);

        var exit = await process.Exit;
        Assert.Equal((128 + signal, signal, false, false), (exit!.Code, exit.Signal, exit.IsTimedOut, exit.IsOutOfMemory));
        Assert.Equal(128 + signal, await process.ExitCode);
        Assert.True(await process.Streams.Ended);
        await process.KillAsync(signal, Ct);
        Assert.False(pod.Containers[0].Exit.IsCompleted);
        await machine.StopPodAsync(Ct);
        Assert.Equal((143, 15), await pod.Containers[0].Exit is { } own ? (own.Code, own.Signal) : default);
        await process.KillAsync(signal, Ct);
    }

    [Fact(Timeout = Limit)]
    public async Task A_further_process_whose_time_is_over_is_killed_and_one_within_its_time_is_not()
    {
        var machine = await host.MachineAsync(Ct);
        var pod = await machine.RunPodAsync(Pod(Container("sleep", "1000") with { Name = "web" }), Ct);

        var late = await machine.ExecAsync("web", ["sleep", "1000"], new ExecOptions { Timeout = TimeSpan.FromSeconds(0.3) }, Ct);
        var timely = await machine.ExecAsync("web", ["sh", "-c", "exit 4"], new ExecOptions { Timeout = TimeSpan.FromSeconds(60) }, Ct);

        Assert.Equal((137, 9, true), await late.Exit is { } exit ? (exit.Code, exit.Signal, exit.IsTimedOut) : default);
        Assert.InRange((await late.Exit)!.Duration!.Value.TotalSeconds, 0.25, 60);
        Assert.Equal((4, null, false), await timely.Exit is { } other ? (other.Code, other.Signal, other.IsTimedOut) : default);
        await machine.StopPodAsync(Ct);
        await pod.Completion;
    }

    [Fact(Timeout = Limit)]
    public async Task The_end_of_one_container_is_known_while_the_others_run()
    {
        var machine = await host.MachineAsync(Ct);
        var pod = await machine.RunPodAsync(
            Pod(Container("sh", "-c", "exit 5") with { Name = "short" }, Container("sleep", "1000") with { Name = "long" }), Ct);

        Assert.Equal((5, null), await pod.Containers[0].Exit is { } exit ? (exit.Code, exit.Signal) : default);
        Assert.False(pod.Completion.IsCompleted);
        await machine.SignalAsync("long", 9, Ct);
        Assert.Equal((137, 9), await pod.Containers[1].Exit is { } other ? (other.Code, other.Signal) : default);
        Assert.Equal([5, 137], (await pod.Completion).ExitCodes);
    }

    [Fact(Timeout = Limit)]
    public async Task A_further_process_that_cannot_start_fails_alone()
    {
        var machine = await host.MachineAsync(Ct);
        var pod = await machine.RunPodAsync(Pod(Container("sleep", "1000") with { Name = "web" }), Ct);

        var unknown = await Assert.ThrowsAsync<VmFailedException>(() => machine.ExecAsync("web", ["no-such-command"], null, Ct));
        var elsewhere = await Assert.ThrowsAsync<VmFailedException>(() => machine.ExecAsync("db", ["true"], null, Ct));

        Assert.Equal((VmReason.None, VmReason.None), (unknown.Reason, elsewhere.Reason));
        Assert.Contains("no-such-command", unknown.Message, StringComparison.Ordinal);
        Assert.Contains("'db'", elsewhere.Message, StringComparison.Ordinal);
        Assert.Equal(VmPhase.Running, machine.State.Phase);
        await machine.StopPodAsync(Ct);
        await pod.Completion;
    }

    [Fact(Timeout = Limit)]
    public async Task A_second_pod_and_a_call_without_a_pod_are_refused_and_harm_nothing()
    {
        var machine = await host.MachineAsync(Ct);
        var alone = await Assert.ThrowsAsync<VmRefusedException>(() => machine.SignalAsync("c0", 9, Ct));
        var pod = await machine.RunPodAsync(Pod(Container("sleep", "1000")), Ct);
        var busy = await Assert.ThrowsAsync<VmRefusedException>(() => machine.RunPodAsync(Pod(Container("true")), Ct));

        Assert.Equal((Refusal.NoPod, Refusal.Busy), (alone.Refusal, busy.Refusal));
        await machine.StopPodAsync(Ct);
        Assert.Equal([143], (await pod.Completion).ExitCodes);
    }

    [Fact(Timeout = Limit)]
    public async Task Pods_follow_one_another_in_one_machine()
    {
        var machine = await host.MachineAsync(Ct);
        for (var i = 1; i <= 3; i++)
        {
            var run = await RunAsync(Container("sh", "-c", $"echo pod {i}; exit {i}"));
            Assert.Equal(($"pod {i}\n", i), (run.Texts[0].Output, run.Result.ExitCode));
        }

        Assert.Same(machine, await host.MachineAsync(Ct));
    }

    [Theory(Timeout = Limit)]
    [InlineData(WhenProcessDies.Kill, LeftoverKind.Dead)]
    [InlineData(WhenProcessDies.Keep, LeftoverKind.Kept)]
    public async Task A_machine_ends_with_its_host_s_process_unless_it_is_kept_and_what_is_left_can_be_removed(
        WhenProcessDies whenProcessDies, LeftoverKind kind)
    {
        var next = await host.LoseHostAsync(whenProcessDies, Ct);

        var left = Assert.Single(await next.FindLeftoversAsync(Ct));
        Assert.Equal(kind, left.Kind);
        if (kind == LeftoverKind.Kept)
        {
            Assert.False(await next.RemoveAsync(left with { Kind = LeftoverKind.Orphan }, Ct));
            Assert.Equal([left], await next.FindLeftoversAsync(Ct));
        }

        Assert.True(await next.RemoveAsync(left, Ct));
        Assert.Empty(await next.FindLeftoversAsync(Ct));
        Assert.True(await next.RemoveAsync(left, Ct));
    }

    private static ContainerSpec Container(params string[] command) => new() { Image = "busybox", Command = [.. command] };

    private static PodSpec Pod(params ContainerSpec[] containers) => new() { Containers = [.. containers] };

    private Task<Ended> RunAsync(params ContainerSpec[] containers) => RunAsync(Pod(containers));

    private async Task<Ended> RunAsync(PodSpec spec)
    {
        var machine = await host.MachineAsync(Ct);
        var pod = await machine.RunPodAsync(spec, Ct);
        var texts = await Task.WhenAll(pod.Containers.Select(c => ReadBothAsync(c.Streams)));
        return new Ended([.. texts], await pod.Completion.WaitAsync(Ct));
    }

    private static async Task<(string Output, string Error)> ReadBothAsync(ProcessStreams streams)
    {
        var (output, error) = (ReadAsync(streams.Output), ReadAsync(streams.Error));
        await streams.CloseInputAsync();
        return (Encoding.UTF8.GetString(await output), Encoding.UTF8.GetString(await error));
    }

    private static async Task<byte[]> ReadAsync(ProcessOutput output)
    {
        await using var bytes = new MemoryStream();
        Assert.Equal(0, (await output.CopyToAsync(bytes, ct: Ct)).Missed);
        return bytes.ToArray();
    }

    private sealed record Ended(ImmutableArray<(string Output, string Error)> Texts, PodResult Result);
}
