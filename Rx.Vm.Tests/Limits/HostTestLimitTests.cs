using Rx.Qmp.Tests.Limits;

namespace Rx.Vm.Tests.Limits;

/// <summary>The general limit is for tests of the simulated world; what depends on the host has another.</summary>
public class HostTestLimitTests
{
    [Fact]
    public void Tests_that_run_a_real_QEMU_have_the_limit_of_the_slow_lane_or_their_own() =>
        Assert.Empty(RealTests.WithoutLimit(typeof(HostTestLimitTests).Assembly));
}
