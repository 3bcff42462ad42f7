using Rx.Vm.Lifecycle;
using Rx.Vm.Reactive;
using Rx.Vm.Testing;
using static Rx.Vm.Tests.Testing.SimulatedWorld;
using K = Rx.Vm.Testing.SimulatedFaultKind;

namespace Rx.Vm.Tests.Testing;

/// <summary>Many machines of one host started at once: they boot a few at a time, and a limit that runs out asks whether they work.</summary>
public class SimulatedQueueTests
{
    private static readonly VmTimeouts TenSeconds = new() { Boot = TimeSpan.FromSeconds(10) };

    [Fact]
    public void Two_at_a_time_boot_and_nobodys_time_runs_while_it_waits()
    {
        var world = SlowBoots(bootsAtOnce: 2);
        var vms = Start(world, 5);

        Assert.Equal([false, false, true, true, true], vms.Select(vm => vm.State.Queued));
        world.Advance(8.2);
        Assert.Equal([VmPhase.Init, VmPhase.Init, VmPhase.Booting, VmPhase.Booting, VmPhase.Booting], vms.Select(vm => vm.State.Phase));
        Assert.Equal([false, false, false, false, true], vms.Select(vm => vm.State.Queued));
        world.Advance(8.2);
        world.Advance(8.2);

        Assert.All(vms, vm => Assert.Equal(VmPhase.Init, vm.State.Phase));
        Assert.InRange(vms[^1].State.At.TotalSeconds, 24, 24.5);
    }

    [Fact]
    public void A_machine_whose_turn_has_come_has_a_whole_boot_limit()
    {
        var world = SlowBoots(bootsAtOnce: 1, new SimulatedFault(K.ReadyMissing));
        var (first, second) = (Start(world, 1, "a")[0], Start(world, 1, "b")[0]);

        world.Advance(9);
        var killed = first.Kill();
        world.Advance(0.02);
        Now(killed);
        Assert.False(second.State.Queued);
        world.Advance(9.9);
        Assert.Equal(VmPhase.Booting, second.State.Phase);
        world.Advance(0.2);
        Assert.Equal((VmPhase.Gone, VmReason.BootTimedOut), (second.State.Phase, second.State.Reason));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_machine_that_is_ended_while_it_waits_is_gone_at_once_and_nothing_was_started(bool kill)
    {
        var world = SlowBoots(bootsAtOnce: 1);
        var vms = Start(world, 3);

        var ended = kill ? vms[1].Kill() : vms[1].ShutDown();
        Now(ended);
        world.Advance(8.2);

        Assert.Equal([VmPhase.Init, VmPhase.Gone, VmPhase.Booting], vms.Select(vm => vm.State.Phase));
        Assert.Equal((false, 2), (vms[2].State.Queued, world.Driver.Started));
    }

    [Fact]
    public void A_host_that_is_disposed_does_not_wait_for_the_turns_of_its_machines()
    {
        var world = SlowBoots(bootsAtOnce: 1);
        var vms = Start(world, 4);

        var disposed = world.Host.DisposeAsync().AsTask();
        world.Advance(0.1);

        Now(disposed);
        Assert.All(vms, vm => Assert.Equal((VmPhase.Gone, VmReason.ShutdownRequested), (vm.State.Phase, vm.State.Reason)));
    }

    [Fact]
    public void A_turn_that_does_not_come_within_its_limit_ends_the_wait_with_its_own_reason()
    {
        var world = SlowBoots(bootsAtOnce: 1);
        var times = TenSeconds with { Queue = TimeSpan.FromSeconds(3) };
        var first = world.Create(timeouts: times, id: "a");
        var second = world.Create(timeouts: times, id: "b");
        Now(first.Boot());
        var run = second.Run(Pod("true"));

        world.Advance(3.1);

        Assert.Equal((VmPhase.Gone, VmReason.QueueTimedOut), (second.State.Phase, second.State.Reason));
        Assert.Contains("turn to boot", Failure<VmFailedException>(run).Message, StringComparison.Ordinal);
        Assert.Equal(VmPhase.Booting, first.State.Phase);
    }

    [Theory]
    [InlineData(K.StartRefused)]
    [InlineData(K.DiesBeforeGreeting)]
    [InlineData(K.GreetingMalformed)]
    [InlineData(K.ReadyMissing)]
    [InlineData(K.StartHangs)]
    public void However_a_boot_fails_the_next_machine_gets_its_place(K fault)
    {
        var world = SlowBoots(bootsAtOnce: 1, new SimulatedFault(fault));
        var vms = Start(world, 3);

        world.Advance(40);

        Assert.All(vms, vm => Assert.Equal(VmPhase.Gone, vm.State.Phase));
        Assert.All(vms, vm => Assert.NotEqual(VmReason.QueueTimedOut, vm.State.Reason));
    }

    [Fact]
    public void A_boot_five_times_as_long_as_its_limit_succeeds_when_the_machine_is_at_work()
    {
        var world = new SimulatedWorld(new SimulatedSettings
        {
            Timings = new() { Boot = TimeSpan.FromSeconds(49), Greeting = TimeSpan.FromSeconds(45) }, Faults = [new(K.AtWork)],
        });
        var vm = world.Create(timeouts: new VmTimeouts { Boot = TimeSpan.FromSeconds(10), QmpGreeting = TimeSpan.FromSeconds(10) });
        Now(vm.Boot());

        world.Advance(49.1);

        Assert.Equal(VmPhase.Init, vm.State.Phase);
    }

    [Fact]
    public void A_pod_whose_start_takes_longer_than_its_limit_starts_when_the_machine_is_at_work()
    {
        var world = new SimulatedWorld(new SimulatedSettings
        {
            Timings = new() { PodStart = TimeSpan.FromSeconds(29) }, Faults = [new(K.AtWork)],
        });
        var vm = world.Create(timeouts: new VmTimeouts { PodStart = TimeSpan.FromSeconds(10) });
        var run = vm.Run(Pod("sleep", "1000"));

        world.Advance(31);

        Now(run);
        Assert.Equal(VmPhase.Running, vm.State.Phase);
    }

    [Theory]
    [InlineData(K.ReadyMissing, 20, VmReason.BootTimedOut)]
    [InlineData(K.GreetingMissing, 60, VmReason.QmpFailed)]
    public void A_guest_that_spins_for_ever_ends_after_five_times_the_limit(K fault, int boot, VmReason reason)
    {
        var world = new SimulatedWorld(new SimulatedFault(K.AtWork), new SimulatedFault(fault));
        var vm = world.Create(timeouts: new VmTimeouts { Boot = TimeSpan.FromSeconds(boot), QmpGreeting = TimeSpan.FromSeconds(20) });
        Now(vm.Boot());

        world.Advance(99.9);
        Assert.Equal(VmPhase.Booting, vm.State.Phase);
        world.Advance(0.2);
        Assert.Equal((VmPhase.Gone, reason), (vm.State.Phase, vm.State.Reason));
    }

    [Fact]
    public void A_longer_wait_is_folded_again_from_the_journal()
    {
        var world = new SimulatedWorld(new SimulatedFault(K.AtWork), new SimulatedFault(K.ReadyMissing));
        var vm = world.Create(timeouts: TenSeconds);
        Now(vm.Boot());
        world.Advance(60);

        var replay = Vm.Journal.JournalReplay.Run(vm.Journal.Snapshot());

        Assert.Null(replay.Difference);
        Assert.Equal(4, replay.Steps.Count(step => step.Event?.Kind == VmEventKind.DeadlineBusy && step.Effects == VmEffects.None));
    }

    private static SimulatedWorld SlowBoots(int bootsAtOnce, params SimulatedFault[] faults) => new(
        new SimulatedSettings { Timings = new() { ProcessStart = TimeSpan.Zero, Boot = TimeSpan.FromSeconds(8) }, Faults = [.. faults] },
        bootsAtOnce: bootsAtOnce);

    private static VirtualMachine[] Start(SimulatedWorld world, int count, string name = "vm")
    {
        var vms = Enumerable.Range(0, count).Select(i => world.Create(timeouts: TenSeconds, id: $"{name}{i}")).ToArray();
        Assert.All(vms, vm => Now(vm.Boot()));
        return vms;
    }
}
