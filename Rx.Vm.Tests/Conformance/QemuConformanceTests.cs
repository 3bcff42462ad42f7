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

    private static ContainerSpec Container(params string[] command) => new() { Image = "busybox", Command = [.. command] };
}
