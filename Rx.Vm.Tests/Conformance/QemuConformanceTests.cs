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
}
