using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;
using Rx.Vm.Qemu;
using Rx.Vm.Reactive;
using Rx.Vm.Tests.Testing;
using static Rx.Vm.Tests.Testing.SimulatedWorld;

namespace Rx.Vm.Tests.Pods;

/// <summary>What a spec asks for it gets, or it is told what is missing; nothing is dropped in silence.</summary>
public class PodResourcesTests
{
    private readonly OneThreadScheduler _scheduler = new();
    private readonly WatchedDriver _driver;
    private readonly VmHost _host;

    public PodResourcesTests()
    {
        SynchronizationContext.SetSynchronizationContext(null);
        _driver = new WatchedDriver(_scheduler);
        _host = Now(VmHost.OpenAsync(new VmHostOptions
        {
            Driver = _driver, Schedulers = VmSchedulers.Single(_scheduler), InlineContinuations = true,
        }).AsTask());
    }

    [Theory]
    [InlineData(null, null, 256, 1)]
    [InlineData(512, null, 512, 1)]
    [InlineData(null, 4, 256, 4)]
    [InlineData(96, 64, 96, 64)]
    public void A_machine_that_was_given_no_size_gets_the_specs(int? memory, int? cpus, int machineMemory, int machineCpus)
    {
        var started = _host.Create().RunPodAsync(Asking(memory, cpus), TestContext.Current.CancellationToken);
        Advance(5);

        Assert.True(started.IsCompletedSuccessfully);
        Assert.Equal((machineMemory, machineCpus), Size(Assert.Single(_driver.Started)));
    }

    [Theory]
    [InlineData(1024, null, 512, null, 1024, 1)]
    [InlineData(null, 8, 512, 2, 512, 8)]
    [InlineData(512, 2, 512, 2, 512, 2)]
    [InlineData(512, null, null, 3, 512, 3)]
    public void A_size_that_was_given_is_kept_where_the_pod_fits(
        int? givenMemory, int? givenCpus, int? memory, int? cpus, int machineMemory, int machineCpus)
    {
        var vm = _host.Create(new VmOptions { Memory = givenMemory?.MiB(), Cpus = givenCpus });

        _ = vm.RunPodAsync(Asking(memory, cpus), TestContext.Current.CancellationToken);
        Advance(5);

        Assert.Equal((machineMemory, machineCpus), Size(Assert.Single(_driver.Started)));
    }

    [Theory]
    [InlineData(128, 1, 129, 1, "asks for 129 MiB of memory, the machine has 128")]
    [InlineData(128, 1, null, 2, "asks for 2 processors, the machine has 1")]
    [InlineData(128, 1, 512, 8, "512 MiB of memory, the machine has 128, and 8 processors, the machine has 1")]
    [InlineData(128, null, 512, 8, "asks for 512 MiB of memory, the machine has 128")]
    public void A_machine_that_was_made_too_small_refuses_and_is_not_booted(int memory, int? cpus, int? wantedMemory, int? wantedCpus, string words)
    {
        var vm = _host.Create(new VmOptions { Memory = memory.MiB(), Cpus = cpus });

        var refused = Failure<VmRefusedException>(vm.RunPodAsync(Asking(wantedMemory, wantedCpus), TestContext.Current.CancellationToken));

        Assert.Equal((Refusal.TooSmall, VmPhase.Preparing), (refused.Refusal, refused.Phase));
        Assert.Contains(words, refused.Message, StringComparison.Ordinal);
        Advance(5);
        Assert.Equal(VmPhase.Preparing, vm.State.Phase);
        Assert.Empty(_driver.Started);
    }

    [Fact]
    public void What_was_refused_settles_nothing()
    {
        var vm = _host.Create(new VmOptions { Memory = 128.MiB() });
        Failure<VmRefusedException>(vm.RunPodAsync(Asking(512, 8), TestContext.Current.CancellationToken));
        Failure<PodSpecException>(vm.RunPodAsync(Asking(64, 8), TestContext.Current.CancellationToken));

        _ = vm.RunPodAsync(Asking(100, 2), TestContext.Current.CancellationToken);
        Advance(5);

        Assert.Equal((128, 2), Size(Assert.Single(_driver.Started)));
    }

    [Fact]
    public void A_machine_that_was_booted_for_nothing_has_the_default_size()
    {
        var vm = _host.Start(new VmOptions { Keep = KeepMode.AfterFinish });
        Advance(5);

        var refused = Failure<VmRefusedException>(vm.RunPodAsync(Asking(512, null), TestContext.Current.CancellationToken));

        Assert.Equal(VmPhase.Init, refused.Phase);
        Assert.Equal((256, 1), Size(Assert.Single(_driver.Started)));
        var fits = vm.RunPodAsync(Asking(256, 1), TestContext.Current.CancellationToken);
        Advance(5);
        Assert.True(fits.IsCompletedSuccessfully);
    }

    [Fact]
    public void The_next_pod_of_a_kept_machine_is_judged_by_the_size_of_the_first()
    {
        var vm = _host.Create(new VmOptions { Keep = KeepMode.AfterFinish });
        var first = vm.RunPodAsync(Asking(512, 2), TestContext.Current.CancellationToken);
        Advance(5);
        Assert.True(first.IsCompletedSuccessfully);
        Advance(5);
        Assert.Equal(VmPhase.Init, vm.State.Phase);

        var larger = Failure<VmRefusedException>(vm.RunPodAsync(Asking(513, null), TestContext.Current.CancellationToken));
        var second = vm.RunPodAsync(Asking(512, null), TestContext.Current.CancellationToken);
        Advance(5);

        Assert.Contains("513 MiB of memory, the machine has 512", larger.Message, StringComparison.Ordinal);
        Assert.True(second.IsCompletedSuccessfully);
        Assert.Single(_driver.Started);
    }

    private static PodSpec Asking(int? memory, int? cpus) => Pod("true") with { Resources = new() { Memory = memory, Vcpu = cpus } };

    private static (int Memory, int Cpus) Size(MachineSpec spec) => (spec.MemoryMiB, spec.Cpus);

    private void Advance(double seconds) => _scheduler.AdvanceBy(TimeSpan.FromSeconds(seconds).Ticks);
}
