namespace Rx.Vm.Tests;

public class SmokeTests
{
    [Fact]
    public void Solution_builds() => Assert.Equal("Rx.Vm.Tests", typeof(SmokeTests).Namespace);
}
