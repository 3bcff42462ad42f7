using Rx.Vm.Lifecycle;

namespace Rx.Vm.Tests.Lifecycle;

public class VmTimeoutsTests
{
    [Fact]
    public void Defaults_are_what_is_documented()
    {
        var times = new VmTimeouts();
        Assert.Equal([60, 10, 60, 30, 10, 10, 10, 1, 60, 30, 30, 1800], Enum.GetValues<DeadlineKind>().Select(k => times.For(k).TotalSeconds));
        Assert.Null(times.Invalid());
    }

    [Theory]
    [InlineData(0, "Loss")]
    [InlineData(-1, "Loss")]
    [InlineData(86_401, null)]
    [InlineData(int.MaxValue, null)]
    public void Time_that_is_not_positive_is_named(int seconds, string? invalid) =>
        Assert.Equal(invalid, new VmTimeouts { Loss = TimeSpan.FromSeconds(seconds) }.Invalid());

    [Fact]
    public void Times_may_be_infinite_or_as_long_as_a_time_can_be() =>
        Assert.Null(new VmTimeouts { Loss = Timeout.InfiniteTimeSpan, Boot = TimeSpan.MaxValue }.Invalid());

    [Fact]
    public void Invalid_names_a_property() =>
        Assert.NotNull(typeof(VmTimeouts).GetProperty(new VmTimeouts { Kill = TimeSpan.Zero }.Invalid()!));
}
