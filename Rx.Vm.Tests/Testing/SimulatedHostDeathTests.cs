using Rx.Vm.Qemu;
using Rx.Vm.Testing;
using static Rx.Vm.Tests.Testing.SimulatedWorld;

namespace Rx.Vm.Tests.Testing;

/// <summary>The process of a host of simulated machines ends.</summary>
public class SimulatedHostDeathTests
{
    private readonly OneThreadScheduler _scheduler = new();
    private readonly SimulatedDriver _driver;

    public SimulatedHostDeathTests()
    {
        SynchronizationContext.SetSynchronizationContext(null);
        _driver = new SimulatedDriver(_scheduler, new SimulatedSettings { InlineContinuations = true });
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Machines_end_with_their_host_or_stay_as_they_were_told_to()
    {
        var killed = Start("killed", WhenProcessDies.Kill);
        var kept = Start("kept", WhenProcessDies.Keep);

        _driver.HostDies();
        Assert.Equal([LeftoverKind.Kept, LeftoverKind.Orphan], Kinds());
        _scheduler.AdvanceBy(TimeSpan.FromSeconds(1).Ticks);

        Assert.Equal([LeftoverKind.Kept, LeftoverKind.Dead], Kinds());
        Assert.Equal((true, false), (killed.Exited.IsCompleted, kept.Exited.IsCompleted));
        Assert.Equal((1, 0), (_driver.Alive, _driver.Held));
    }

    [Fact]
    public void What_a_dead_host_still_asks_for_reaches_no_machine()
    {
        var kept = Start("kept", WhenProcessDies.Keep);
        _driver.HostDies();

        kept.Kill();
        Assert.True(kept.DisposeAsync().IsCompletedSuccessfully);
        _scheduler.AdvanceBy(TimeSpan.FromSeconds(1).Ticks);

        Assert.False(kept.Exited.IsCompleted);
    }

    [Fact]
    public void The_next_start_sweeps_the_dead_and_finds_the_name_of_a_kept_one_taken()
    {
        Start("killed", WhenProcessDies.Kill);
        Start("kept", WhenProcessDies.Keep);
        _driver.HostDies();
        _scheduler.AdvanceBy(TimeSpan.FromSeconds(1).Ticks);

        Start("killed", WhenProcessDies.Kill);
        var taken = Failure<MachineStartException>(_driver.StartAsync(Spec("kept", WhenProcessDies.Kill), Ct).AsTask());

        Assert.Equal(MachineStartFailure.Directory, taken.Cause);
        Assert.Equal([LeftoverKind.Kept], Kinds());
    }

    private static MachineSpec Spec(string id, WhenProcessDies dies) =>
        new() { Id = id, KernelPath = "", InitrdPath = "", WhenProcessDies = dies };

    private IMachine Start(string id, WhenProcessDies dies)
    {
        var start = _driver.StartAsync(Spec(id, dies), Ct).AsTask();
        _scheduler.AdvanceBy(TimeSpan.FromSeconds(1).Ticks);
        return Now(start);
    }

    private IEnumerable<LeftoverKind> Kinds() => Now(_driver.FindLeftoversAsync(Ct).AsTask()).Select(leftover => leftover.Kind);
}
