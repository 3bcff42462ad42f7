using Rx.Vm.Guest;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;
using Rx.Vm.Qemu;
using Rx.Vm.Tests.Endings;
using Rx.Vm.Tests.Qemu;

namespace Rx.Vm.Tests.Conformance;

/// <summary>QEMU with the default kernel, guest init and busybox image, as <c>./rx setup</c> leaves them in the cache.</summary>
public sealed class QemuConformanceHost() : ConformanceHost(new VmHostOptions())
{
    private readonly TemporaryDirectory _temp = new();

    public override async Task<IMachineDriver> LoseHostAsync(WhenProcessDies whenProcessDies, CancellationToken ct)
    {
        var root = _temp[whenProcessDies.ToString()];
        using var process = HostProcess.Start(new HostOrder
        {
            Root = root, Prefix = $"conform-{Guid.NewGuid():N}", WhenProcessDies = whenProcessDies, UntilGuestIsReady = true,
        });
        Assert.True(await process.HearAsync(HostProgram.Ready, ct), "the host did not start its machine");
        process.Signal(Ending.Kill);
        await process.EndedAsync(ct);
        if (whenProcessDies == WhenProcessDies.Kill)
        {
            await process.MachinesGoneAsync(ct);
        }

        process.LeaveMachines();
        return new QemuDriver(new QemuDriverOptions { RuntimeRoot = root, CacheDirectory = _temp["cache"] });
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _temp.Dispose();
    }
}

[Slow]
[Collection("RealVm")]
[Trait("Category", "RealVm")]
public sealed class QemuConformanceTests(QemuConformanceHost host) : ConformanceTests(host), IClassFixture<QemuConformanceHost>
{
    private readonly ConformanceHost _host = host;

    // What all these scenarios therefore prove: disks and boot files of a directory of root's own reach it all the same.
    [Fact(Timeout = 240_000)]
    public async Task The_machine_runs_as_a_user_of_its_own_even_where_its_host_is_root()
    {
        Assert.SkipWhen(Environment.UserName != "root", "an ordinary user's machines run as that user");
        var ct = TestContext.Current.CancellationToken;

        var vm = await _host.MachineAsync(ct);

        var status = await File.ReadAllLinesAsync($"/proc/{vm.ProcessId}/status", ct);
        Assert.StartsWith("Uid:\t19", status.Single(line => line.StartsWith("Uid:", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("CapEff:\t0000000000000000", status);
    }

    [Fact(Timeout = 240_000)]
    public async Task A_further_process_ends_with_its_exit_code_though_a_child_it_left_behind_writes_for_ever()
    {
        var ct = TestContext.Current.CancellationToken;
        var vm = await _host.MachineAsync(ct);
        var pod = await vm.RunPodAsync(
            new PodSpec { Containers = [new ContainerSpec { Name = "web", Image = "busybox", Command = ["sleep", "1000"] }] }, ct);
        var process = await vm.ExecAsync("web", ["sh", "-c", "echo mine; cat /dev/zero & exit 3"], null, ct);

        Assert.Equal(3, await process.ExitCode.WaitAsync(TimeSpan.FromSeconds(60), ct));

        Assert.True(process.Streams.Output.Position >= "mine\n".Length);
        await vm.StopPodAsync(ct);
        await pod.Completion;
    }

    [Fact(Timeout = 240_000)]
    public async Task A_process_that_has_closed_its_output_is_given_its_input_to_the_end()
    {
        var ct = TestContext.Current.CancellationToken;
        var vm = await _host.MachineAsync(ct);
        var pod = await vm.RunPodAsync(
            new PodSpec { Containers = [Container("sh", "-c", "exec >&-; wc -c >&2"), Container("sleep", "1000") with { Name = "web" }] }, ct);
        var exec = await vm.ExecAsync("web", ["sh", "-c", "exec >&-; wc -c >&2"], null, ct);

        foreach (var streams in (ProcessStreams[])[pod.Containers[0].Streams, exec.Streams])
        {
            _ = await TextAsync(streams.Output, ct);
            Assert.True(await streams.WriteInputAsync(new byte[100_000], ct));
            Assert.True(await streams.CloseInputAsync());
            Assert.Equal("100000\n", await TextAsync(streams.Error, ct));
        }

        Assert.Equal(0, await exec.ExitCode);
        await vm.StopPodAsync(ct);
        await pod.Completion;
    }

    private static async Task<string> TextAsync(ProcessOutput output, CancellationToken ct)
    {
        using var text = new StreamReader(output.OpenStream());
        return await text.ReadToEndAsync(ct);
    }

    [Fact(Timeout = 240_000)]
    public async Task A_kill_and_a_time_out_reach_everything_that_an_exec_started_and_leave_its_container()
    {
        const string Script = "(setsid sleep 77777 &); (setsid sh -c 'trap \"\" TERM HUP; sleep 77777; sleep 77777' &); sleep 77777";
        var ct = TestContext.Current.CancellationToken;
        var vm = await _host.MachineAsync(ct);
        var pod = await vm.RunPodAsync(new PodSpec { Containers = [Container("sleep", "1000") with { Name = "web" }] }, ct);
        var killed = await vm.ExecAsync("web", ["sh", "-c", Script], null, ct);
        await CountAsync(vm, 3, ct);

        await killed.KillAsync(ct: ct);

        Assert.Equal(9, (await killed.Exit)!.Signal);
        await CountAsync(vm, 0, ct);
        var late = await vm.ExecAsync("web", ["sh", "-c", Script], new ExecOptions { Timeout = TimeSpan.FromSeconds(2) }, ct);
        Assert.True((await late.Exit)!.IsTimedOut);
        await CountAsync(vm, 0, ct);
        Assert.False(pod.Containers[0].Exit.IsCompleted);
        await vm.StopPodAsync(ct);
        await pod.Completion;
    }

    [Fact(Timeout = 240_000)]
    public async Task A_process_that_takes_all_memory_says_so_and_its_machine_and_container_go_on()
    {
        var ct = TestContext.Current.CancellationToken;
        var vm = await _host.MachineAsync(ct);
        var pod = await vm.RunPodAsync(new PodSpec { Containers = [Container("sleep", "1000") with { Name = "web" }] }, ct);

        // Each fills a buffer at once; together they want more than there is, and the shell itself ends well.
        const string Script = "for i in 1 2 3 4 5 6 7 8; do dd if=/dev/zero of=/dev/null bs=60M count=8 & done; wait; exit 3";
        var hog = await vm.ExecAsync("web", ["sh", "-c", Script], null, ct);

        var exit = await hog.Exit;
        Assert.True(exit!.IsOutOfMemory, $"it ended with {exit}");
        Assert.Equal(3, exit.Code);
        var sound = await vm.ExecAsync("web", ["true"], null, ct);
        Assert.Equal((0, false), await sound.Exit is { } other ? (other.Code, other.IsOutOfMemory) : default);
        Assert.False(pod.Containers[0].Exit.IsCompleted);
        await vm.StopPodAsync(ct);
        await pod.Completion;
    }

    [Fact(Timeout = 240_000)]
    public async Task Hundreds_of_execs_many_at_a_time_leave_no_zombie_and_no_group_behind()
    {
        var ct = TestContext.Current.CancellationToken;
        var vm = await _host.MachineAsync(ct);
        var pod = await vm.RunPodAsync(new PodSpec { Containers = [Container("sleep", "1000") with { Name = "web" }] }, ct);
        var next = 0;

        // Each of them asks for the next when it is done; the fold takes so many calls at a time.
        async Task WorkAsync()
        {
            while (Interlocked.Increment(ref next) is var i and <= 320)
            {
                var process = await vm.ExecAsync("web", ["sh", "-c", $"(exit 1) & sleep 1; exit {i % 200}"], null, ct);
                Assert.Equal(i % 200, await process.ExitCode.WaitAsync(ct));
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 7).Select(_ => WorkAsync()));

        var check = await vm.ExecAsync("web", ["sh", "-c", "grep -l '^State:.Z' /proc/[0-9]*/status; ls /proc | grep -c '^[0-9]'"], null, ct);
        var text = new System.Text.StringBuilder();
        await check.Streams.Output.CopyToAsync(text, 10_000, ct: ct);
        Assert.DoesNotContain("status", text.ToString(), StringComparison.Ordinal);
        Assert.InRange(int.Parse(text.ToString(), System.Globalization.CultureInfo.InvariantCulture), 3, 6);
        await vm.StopPodAsync(ct);
        await pod.Completion;
    }

    // The simulated guest does the same in SimulatedLifeTests, without the ten seconds.
    [Fact(Timeout = 240_000)]
    public async Task A_program_that_ignores_the_stop_is_killed_after_ten_seconds()
    {
        var ct = TestContext.Current.CancellationToken;
        var vm = await _host.MachineAsync(ct);
        var container = new ContainerSpec { Image = "busybox", Command = ["sh", "-c", "trap '' TERM; echo up; while :; do sleep 1; done"] };
        var pod = await vm.RunPodAsync(new PodSpec { Containers = [container] }, ct);
        Assert.Equal(3, (await pod.Containers[0].Streams.Output.OpenReader().ReadAtLeastAsync(3, ct)).Buffer.Length);

        await vm.StopPodAsync(ct);

        Assert.Equal([137], (await pod.Completion).ExitCodes);
        Assert.Equal(VmPhase.Init, vm.State.Phase);
    }

    // The simulated guest does the same in SimulatedStreamTests, with every kind of reader.
    [Fact(Timeout = 240_000)]
    public async Task A_container_that_floods_unread_output_costs_itself_only_and_the_stop_ends_within_its_grace()
    {
        var ct = TestContext.Current.CancellationToken;
        var vm = await _host.MachineAsync(ct);
        var pod = await vm.RunPodAsync(new PodSpec { Containers = [Container("yes"), Container("sleep", "1000"), Container("yes", "read")] }, ct);
        var (flood, read) = (pod.Containers[0].Streams.Output, pod.Containers[2].Streams.Output);

        // One that nobody reads, one that a reader holds up, and one that is read at its reader's pace; beside them, others work.
        await using var stuck = pod.Containers[2].Streams.Output.OpenStream();
        for (var i = 0; i < 20; i++)
        {
            var process = await vm.ExecAsync("c1", ["sh", "-c", $"echo {i}; exit {i}"], null, ct);
            var text = new System.Text.StringBuilder();
            await process.Streams.Output.CopyToAsync(text, 100, ct: ct);
            Assert.Equal(($"{i}\n", i), (text.ToString(), await process.ExitCode));
        }

        var large = await vm.ExecAsync("c1", ["sh", "-c", "dd if=/dev/zero bs=64k count=64 2>/dev/null"], new ExecOptions { Output = OutputPolicy.Wait }, ct);
        Assert.Equal(new OutputCopy(4 << 20, 0), await large.Streams.Output.CopyToAsync(Stream.Null, ct: ct));
        Assert.Equal((256 << 10, 256 << 10), (flood.Position, read.Position));

        // A late reader gets all from the beginning, and the process goes on.
        await using (var late = flood.OpenStream(0))
        {
            var bytes = new byte[1 << 20];
            await late.ReadExactlyAsync(bytes, ct);
            Assert.Equal(bytes.Length / 2, bytes.Count(b => b == (byte)'y'));
            Assert.Equal(0, flood.DroppedBytes);
        }

        var watch = System.Reactive.Concurrency.Scheduler.StartStopwatch(Rx.Vm.Reactive.VmSchedulers.Real.Time);
        await vm.StopPodAsync(ct);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Equal([143, 143, 143], (await pod.Completion).ExitCodes);
        Assert.Equal(VmPhase.Init, vm.State.Phase);
    }

    // How many of the processes with the odd argument live; the end of a killed one may take a moment.
    private static async Task CountAsync(VirtualMachine vm, int expected, CancellationToken ct)
    {
        var script = $"i=0; while n=$(ps -o args | grep -c '^sleep 77777'); [ $n != {expected} ] && [ $i -lt 50 ]; do i=$((i+1)); sleep 0.1; done; echo $n";
        var process = await vm.ExecAsync("web", ["sh", "-c", script], null, ct);
        var text = new System.Text.StringBuilder();
        await process.Streams.Output.CopyToAsync(text, 100, ct: ct);
        Assert.Equal($"{expected}\n", text.ToString());
    }

    private static ContainerSpec Container(params string[] command) => new() { Image = "busybox", Command = [.. command] };
}
