using Rx.Vm.Lifecycle;
using Rx.Vm.Qemu;
using Rx.Vm.Reactive;
using Rx.Vm.Tests.Testing;

// The token of the timeout is Ct, which every wait that can take one takes.
#pragma warning disable xUnit1069

namespace Rx.Vm.Tests;

/// <summary>What a start does on its caller's thread: nothing that waits, whatever the driver, the disk and the options are like.</summary>
public class VmHostStartTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task A_driver_that_blocks_in_its_start_blocks_nobody_else()
    {
        using var driver = new BlockingDriver();
        var host = await VmHost.OpenAsync(new VmHostOptions { Driver = driver }, Ct);

        var vm = host.Start();

        Assert.Equal(VmPhase.Booting, vm.State.Phase);
        await driver.Entered.Task.WaitAsync(Ct);
        Assert.NotEqual(Environment.CurrentManagedThreadId, driver.Thread);
        driver.Release.Set();
        await host.DisposeAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task A_start_refused_by_the_driver_reaches_callers_with_its_cause()
    {
        using var driver = new BlockingDriver();
        driver.Release.Set();
        await using var host = await VmHost.OpenAsync(new VmHostOptions { Driver = driver }, Ct);
        var vm = host.Create();

        var failure = await Assert.ThrowsAsync<VmFailedException>(async () => await vm.RunPodAsync(Testing.SimulatedWorld.Pod("true"), Ct));

        Assert.Equal(VmReason.StartFailed, failure.Reason);
        Assert.Equal(MachineStartFailure.Spawn, Assert.IsType<MachineStartException>(failure.InnerException).Cause);
        Assert.Equal(VmReason.StartFailed, (await vm.Completion).Reason);
    }

    // The store is looked at by the start, not by Create.
    [Fact(Timeout = 60_000)]
    public async Task A_host_without_boot_files_makes_machines_that_fail_to_start_and_say_why()
    {
        using var temp = new Qemu.TemporaryDirectory();
        var options = new VmHostOptions
        {
            Driver = new QemuDriver(new QemuDriverOptions { RuntimeRoot = temp["run"], CacheDirectory = temp["cache"] }),
            Images = new Rx.Vm.Images.ImageStoreOptions { Directory = temp["cache"] },
        };
        await using var host = await VmHost.OpenAsync(options, Ct);

        var last = await host.Start().Completion;

        Assert.Equal(VmReason.StartFailed, last.Reason);
        Assert.Contains("rxvm setup", last.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Machines_whose_buffers_do_not_fit_the_memory_for_them_are_refused()
    {
        using var driver = new BlockingDriver();
        driver.Release.Set();
        var options = new VmHostOptions { Driver = driver, BufferMemory = 2 * MachineBuffers.MostPerMachine };
        await using var host = await VmHost.OpenAsync(options, Ct);
        host.Create();
        host.Create();

        var refused = Assert.Throws<RxVmException>(() => host.Create());

        Assert.Contains(nameof(VmHostOptions.BufferMemory), refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RxVmException>(
            async () => await VmHost.OpenAsync(options with { BufferMemory = MachineBuffers.MostPerMachine - 1 }, Ct));
        await Assert.ThrowsAsync<RxVmException>(async () => await VmHost.OpenAsync(options with { BootsAtOnce = 0 }, Ct));
    }

    [Fact]
    public async Task A_probe_needs_no_machine_and_has_a_remedy_for_everything_that_is_not_good()
    {
        using var temp = new Qemu.TemporaryDirectory();
        var options = new VmHostOptions
        {
            Driver = new QemuDriver(new QemuDriverOptions { Emulator = temp["none"], RuntimeRoot = temp["run"], CacheDirectory = temp["cache"] }),
            Images = new Rx.Vm.Images.ImageStoreOptions { Directory = temp["cache"] },
        };

        var items = await VmHost.ProbeAsync(options, Ct);

        Assert.Equal(["qemu", "boot files"], items.Where(i => i.Verdict == DoctorVerdict.Fatal).Select(i => i.Name));
        Assert.All(items, i => Assert.True(i.Verdict == DoctorVerdict.Good || i.Remedy.Length > 0, i.Name));
        Assert.Contains(items, i => i.Name == "images");
    }

    [Fact]
    public async Task A_probe_of_options_that_no_host_opens_with_finds_that()
    {
        using var temp = new Qemu.TemporaryDirectory();
        var options = new VmHostOptions
        {
            Driver = new WatchedDriver(VmSchedulers.Real.Time, MachineNeeds.Images), BootsAtOnce = 0,
            Images = new Rx.Vm.Images.ImageStoreOptions { Directory = temp["cache"], BuildTimeout = TimeSpan.Zero },
        };

        var items = await VmHost.ProbeAsync(options, Ct);

        Assert.Equal(["options", "images"], items.Where(i => i.Verdict == DoctorVerdict.Fatal).Select(i => i.Name));
    }

    private sealed class BlockingDriver : IMachineDriver, IDisposable
    {
        public MachineNeeds Needs => MachineNeeds.None;

        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ManualResetEventSlim Release { get; } = new();

        public int Thread { get; private set; }

        public ValueTask<IMachine> StartAsync(MachineSpec spec, CancellationToken ct = default)
        {
            Thread = Environment.CurrentManagedThreadId;
            Entered.TrySetResult();
            Release.Wait(CancellationToken.None);
            throw new MachineStartException(spec.Id, MachineStartFailure.Spawn, "the driver was only made to wait");
        }

        public ValueTask<IMachine?> AttachAsync(MachineRecord record, CancellationToken ct = default) => new((IMachine?)null);

        public void Dispose() => Release.Dispose();
    }
}
