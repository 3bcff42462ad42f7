using Rx.Vm.Lifecycle;
using Rx.Vm.Qemu;
using Rx.Vm.Reactive;
using Rx.Vm.Testing;
using Rx.Vm.Tests.Testing;
using K = Rx.Vm.Testing.SimulatedFaultKind;

namespace Rx.Vm.Tests.Effects;

/// <summary>Which boots a driver may hold against its accelerator: the host's own, with all their time, that nobody had killed.</summary>
public class BootEvidenceTests
{
    public static TheoryData<string, VmOptions, SimulatedFault?, int, int> Boots => new()
    {
        { "booted", new(), null, 0, 1 },
        { "never ready", new(), new(K.ReadyMissing), 1, 0 },
        { "no monitor, but a guest", new(), new(K.GreetingMissing), 0, 1 },
        { "died", new(), new(K.Exits), 1, 0 },
        { "powered off", new(), new(K.GuestPowerOff), 1, 0 },
        { "longer limits", new() { Timeouts = new() { Boot = TimeSpan.FromMinutes(2) } }, new(K.ReadyMissing), 1, 0 },
        { "killed by the host", new(), new(K.Killed), 0, 0 },
        { "a short limit", new() { Timeouts = new() { Boot = TimeSpan.FromSeconds(59) } }, new(K.ReadyMissing), 0, 0 },
        { "a short greeting", new() { Timeouts = new() { QmpGreeting = TimeSpan.FromSeconds(9) } }, new(K.ReadyMissing), 0, 0 },
        { "a kernel of the caller's", new() { KernelPath = "/k" }, new(K.ReadyMissing), 0, 0 },
        { "an initramfs of the caller's", new() { InitrdPath = "/i" }, new(K.ReadyMissing), 0, 0 },
        { "a command line of the caller's", new() { KernelAppend = "x" }, new(K.ReadyMissing), 0, 0 },
    };

    [Theory]
    [MemberData(nameof(Boots))]
    public void Only_a_boot_that_says_something_about_the_host_counts(string what, VmOptions options, SimulatedFault? fault, int failed, int booted)
    {
        var (driver, vm, scheduler) = Boot(options, fault, throws: false);

        scheduler.AdvanceBy(TimeSpan.FromMinutes(10).Ticks);

        Assert.True((failed, booted) == (driver.Failed, driver.Ready), $"{what}: {driver.Failed} failed, {driver.Ready} ready, {vm.State.Reason}");
    }

    [Theory]
    [InlineData(false, VmPhase.Init, VmReason.None)]
    [InlineData(true, VmPhase.Gone, VmReason.BootTimedOut)]
    public void A_driver_that_throws_at_what_it_is_told_changes_nothing(bool fails, VmPhase phase, VmReason reason)
    {
        var (driver, vm, scheduler) = Boot(new(), fails ? new(K.ReadyMissing) : null, throws: true);

        scheduler.AdvanceBy(TimeSpan.FromSeconds(61).Ticks);

        Assert.Equal((phase, reason, 1), (vm.State.Phase, vm.State.Reason, driver.Failed + driver.Ready));
    }

    private static (Witness Driver, VirtualMachine Vm, OneThreadScheduler Scheduler) Boot(VmOptions options, SimulatedFault? fault, bool throws)
    {
        SynchronizationContext.SetSynchronizationContext(null);
        var scheduler = new OneThreadScheduler();
        var settings = new SimulatedSettings { InlineContinuations = true, Faults = fault is null ? [] : [fault] };
        var driver = new Witness(new SimulatedDriver(scheduler, settings), throws);
        var host = SimulatedWorld.Now(VmHost.OpenAsync(
            new VmHostOptions { Driver = driver, Schedulers = VmSchedulers.Single(scheduler), InlineContinuations = true },
            CancellationToken.None).AsTask());
        return (driver, host.Start(options), scheduler);
    }

    private sealed class Witness(SimulatedDriver driver, bool throws) : IMachineDriver
    {
        public MachineNeeds Needs => driver.Needs;

        public int Failed { get; private set; }

        public int Ready { get; private set; }

        public ValueTask<IMachine> StartAsync(MachineSpec spec, CancellationToken ct = default) => driver.StartAsync(spec, ct);

        public ValueTask<IMachine?> AttachAsync(MachineRecord record, CancellationToken ct = default) => driver.AttachAsync(record, ct);

        public void BootFailed(MachineSpec spec, IMachine machine, string reason)
        {
            Failed++;
            Throw();
        }

        public void Booted(MachineSpec spec, IMachine machine)
        {
            Ready++;
            Throw();
        }

        private void Throw()
        {
            if (throws)
            {
                throw new InvalidOperationException("a driver that throws");
            }
        }
    }
}
