using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;
using Rx.Vm.Testing;

namespace Rx.Vm.Tests.HostilePlugins;

/// <summary>
/// Nothing a user plugs in can hurt a machine or its host: beside each hostile plug-in a machine boots, runs a pod to its end and goes, whoever
/// asked is answered, and the host can be disposed of. In real time, on real threads.
/// </summary>
[Slow]
public class HostilePluginTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Names => [.. HostilePlugin.All.Select(plugin => plugin.Name)];

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Names))]
    public async Task A_machine_has_its_whole_life_beside(string plugin)
    {
        var ct = TestContext.Current.CancellationToken;
        var hostile = HostilePlugin.All.Single(p => p.Name == plugin);
        var driver = new SimulatedDriver(
            Rx.Vm.Reactive.VmSchedulers.Real.Time, new SimulatedSettings { Timings = SimulatedTimings.Instant with { Boot = TimeSpan.FromMilliseconds(20) } });
        var host = await VmHost.OpenAsync(hostile.Option(new VmHostOptions { Driver = driver }), ct);
        var vm = host.Create(new VmOptions { Keep = KeepMode.AfterFinish });

        // What blocks may do so within its own Subscribe: then it has blocked whoever called that, which is not the test.
        var attached = Task.Run(() => hostile.Attach(host, vm), ct);
        var pod = await vm.RunPodAsync(
            new PodSpec { Containers = [new ContainerSpec { Image = "busybox", Command = ["sh", "-c", "echo out; exit 3"] }] }, ct)
            .WaitAsync(Patience, ct);
        if (!hostile.Blocks)
        {
            await attached.WaitAsync(Patience, ct);
        }

        hostile.Join(host, vm, pod);
        var result = await pod.Completion.WaitAsync(Patience, ct);
        await vm.ShutdownAsync(ct).WaitAsync(Patience, ct);
        var end = await vm.Completion.WaitAsync(Patience, ct);
        await host.DisposeAsync().AsTask().WaitAsync(Patience, ct);

        Assert.Equal(3, result.ExitCode);
        Assert.Equal((VmPhase.Gone, VmReason.ShutdownRequested), (end.Phase, end.Reason));
        Assert.Null(host.Find(vm.Id));
        Assert.Equal((0, 0), (driver.Alive, driver.Held));
    }

    [Fact]
    public async Task Virtual_time_without_inline_continuations_is_refused_with_what_to_do()
    {
        var options = new VmHostOptions { Schedulers = Rx.Vm.Reactive.VmSchedulers.Single(new Microsoft.Reactive.Testing.TestScheduler()) };

        var error = await Assert.ThrowsAsync<RxVmException>(
            () => VmHost.OpenAsync(options, TestContext.Current.CancellationToken).AsTask());

        Assert.StartsWith("VmHostOptions.InlineContinuations: must be true", error.Message);
    }
}
