using System.Reactive.Linq;
using Rx.Vm;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;
using Rx.Vm.Testing;

namespace MarbleTests;

/// <summary>Marble tests of an application's own logic. Hours pass in milliseconds, and the tests never wait.</summary>
public sealed class WatchTests
{
    private static readonly MarbleOptions Seconds = new() { Frame = TimeSpan.FromSeconds(1) };

    [Fact]
    public void A_machine_that_takes_too_long_to_boot_is_reported() => Marble.Run(m =>
    {
        var phases = m.Hot<VmPhase>("[Booting] 90s [Running]|");
        var alarms = phases.Stuck(TimeSpan.FromSeconds(30), m.Scheduler);
        m.Expect(alarms).ToBe("30s [Booting] 60s -|");
    });

    [Fact]
    public void A_machine_that_takes_too_long_to_stop_is_reported() => Marble.Run(
        m =>
        {
            var phases = m.Hot<VmPhase>("[Booting]-[Running]- 5m [Stopping] 40s [Gone]|");
            m.Expect(phases.Stuck(TimeSpan.FromSeconds(30), m.Scheduler)).ToBe("---- 5m 30s [Stopping] 10s -|");
        },
        Seconds);

    [Fact]
    public void A_machine_that_dies_is_started_again_after_longer_and_longer_pauses() => Marble.Run(
        m =>
        {
            var machine = m.Attempts<VmReason>(["-(d|)", "-(d|)", "-(d|)"], ("d", VmReason.ProcessDied));
            m.Expect(machine.KeepRunning(3, m.Scheduler)).ToBe("-d-d--(d|)", ("d", VmReason.ProcessDied));
            m.ExpectSubscriptions(machine).ToBe("^!", "--^!", "-----^!");
        },
        Seconds);

    [Fact]
    public void A_machine_that_was_shut_down_is_left_alone() => Marble.Run(m =>
    {
        var machine = m.Attempts<VmReason>(["1s ([ShutdownRequested]|)"]);
        m.Expect(machine.KeepRunning(3, m.Scheduler)).ToBe("1s ([ShutdownRequested]|)");
    });

    [Fact]
    public void A_whole_machine_runs_simulated_in_virtual_time() => Marble.Run(async m =>
    {
        var driver = new SimulatedDriver(m.Scheduler, new SimulatedSettings { InlineContinuations = true });
        var options = new VmHostOptions { Driver = driver, Schedulers = m.Schedulers, InlineContinuations = true };
        await using var host = await VmHost.OpenAsync(options, TestContext.Current.CancellationToken);
        var vm = host.Start();
        var phases = vm.States.Select(s => s.Phase);
        m.Expect(phases.Stuck(TimeSpan.FromMilliseconds(500), m.Scheduler)).ToBe("500ms [Booting] 177ms |");

        await vm.RunPodAsync(PodSpec.Parse("""{ "containers": [{ "image": "busybox", "command": ["echo", "hello"] }] }"""));
        await vm.Completion;
    });
}
