using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;
using Rx.Vm.Qemu;
using Rx.Vm.Reactive;
using Rx.Vm.Testing;

namespace Rx.Vm.Tests.HostilePlugins;

/// <summary>
/// Drivers, machines and streams that throw, fail, never come back or give nothing, at every place: the machine ends within its own limits,
/// the host can be disposed of, and nobody is held up but the thread that the plug-in blocks.
/// </summary>
[Slow]
public class HostileDriverTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly VmTimeouts Short = new()
    {
        Boot = TimeSpan.FromSeconds(1.5), QmpGreeting = TimeSpan.FromSeconds(1), PodStart = TimeSpan.FromSeconds(1),
        PodStop = TimeSpan.FromSeconds(1), PodDestroy = TimeSpan.FromSeconds(0.5), Kill = TimeSpan.FromSeconds(0.5),
        Loss = TimeSpan.FromSeconds(0.2), Release = TimeSpan.FromSeconds(0.5),
    };

    private static readonly How[] Sync = [How.Throws, How.ThrowsWordless, How.Blocks];

    private static readonly How[] Async = [.. Sync, How.Fails, How.Cancels, How.Never];

    private static readonly (string Where, How[] How)[] Places =
    [
        ("StartAsync", Async), ("Machine", [How.Null]), ("Description", [.. Sync, How.Null]), ("Identity", Sync), ("Confinement", Sync),
        ("ProcessorTime", Sync), ("BootFailed", Sync), ("Booted", Sync), ("Kill", Sync), ("DisposeAsync", Async),
        ("Exited", [.. Async, How.Null]),
        .. from stream in new[] { "Qmp", "Control", "Tty", "Console" }
           from place in new (string, How[])[] { ("", [How.Throws, How.Null]), (".ReadAsync", Async), (".WriteAsync", Async), (".Dispose", Async) }
           select (stream + place.Item1, place.Item2),
    ];

    public static TheoryData<string, How> Cases =>
        [.. from place in Places from how in place.How select (place.Where, how)];

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Cases))]
    public async Task A_machine_of_a_hostile_driver_ends_within_its_own_limits(string where, How how)
    {
        var ct = TestContext.Current.CancellationToken;
        using var act = new HostileAct(where, how);
        var sound = new SimulatedDriver(VmSchedulers.Real.Time, new SimulatedSettings { Timings = SimulatedTimings.Instant });
        var host = await VmHost.OpenAsync(new VmHostOptions { Driver = new HostileDriver(sound, act) }, ct);
        var vm = host.Create(new VmOptions { Timeouts = Short });

        try
        {
            var pod = await vm.RunPodAsync(new PodSpec { Containers = [new ContainerSpec { Image = "busybox", Command = ["true"] }] }, ct)
                .WaitAsync(Patience, ct);
            await pod.Completion.WaitAsync(Patience, ct);
        }
        catch (Exception e) when (e is VmFailedException or VmRefusedException)
        {
            // Those who ask are told; what matters here is that it ends.
        }

        await vm.ShutdownAsync(ct).WaitAsync(Patience, ct);
        var end = await vm.Completion.WaitAsync(Patience, ct);
        Assert.Equal(VmPhase.Gone, end.Phase);
        if (how is How.Throws or How.Fails && where is "StartAsync" or "Description" or "Identity" or "Exited" or "Qmp" or "Console")
        {
            Assert.Contains(where == "Exited" && how == How.Fails ? "" : $"hostile {where}", end.Message ?? "");
        }

        await host.DisposeAsync().AsTask().WaitAsync(Patience, ct);
        Assert.Null(host.Find(vm.Id));

        // The others are asked for by limits that run out, by boots that fail, or by streams whose machine has not gone before.
        Assert.True(act.Strikes > 0 || where.Contains('.') || where is "ProcessorTime" or "BootFailed" or "Kill", $"{where} was never asked for");
    }
}
