using Rx.Qmp.Tests.Limits;

namespace Rx.Vm.Tests.Limits;

/// <summary>The general limit is for tests of the simulated world; what depends on the host says for itself how long it may take.</summary>
public class HostTestLimitTests
{
    [Fact]
    public void Tests_that_run_a_real_QEMU_say_how_long_they_may_take() =>
        Assert.Empty(RealTests.WithoutLimit(typeof(HostTestLimitTests).Assembly));
}
