using Rx.Vm.Qemu;
using Rx.Vm.Reactive;
using Rx.Vm.Testing;
using Rx.Vm.Tests.Testing;

namespace Rx.Vm.Tests;

/// <summary>What is said to whoever asks for the host's state where there is little to ask.</summary>
public sealed class HostProbeTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_there_is_no_Linux_that_is_the_one_finding_and_nothing_is_thrown(bool hasDriver)
    {
        var items = await HostProbe.ExamineAsync(
            new VmHostOptions(), hasDriver ? new WatchedDriver(VmSchedulers.Real.Time, MachineNeeds.Images) : null, isLinux: false,
            TestContext.Current.CancellationToken);

        var item = Assert.Single(items);
        Assert.Equal(DoctorVerdict.Fatal, item.Verdict);
        Assert.Contains("needs Linux", item.Detail, StringComparison.Ordinal);
        Assert.NotEmpty(item.Remedy);
    }

    [Fact]
    public async Task A_simulated_machine_needs_no_Linux()
    {
        var items = await HostProbe.ExamineAsync(
            new VmHostOptions(), new SimulatedDriver(VmSchedulers.Real.Time), isLinux: false, TestContext.Current.CancellationToken);

        Assert.DoesNotContain(items, i => i.Verdict == DoctorVerdict.Fatal);
    }
}
