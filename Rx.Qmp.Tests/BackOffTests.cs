using Rx.Qmp;

namespace Rx.Qmp.Tests;

public class BackOffTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Pauses_grow_by_the_factor_up_to_the_longest_and_stay_there()
    {
        var backOff = new QmpBackOff(Second, 2, 10 * Second);
        Assert.Equal([1, 2, 4, 8, 10, 10], Enumerable.Range(1, 6).Select(failures => backOff.After(failures).TotalSeconds));
        Assert.Equal(10 * Second, backOff.After(int.MaxValue));
    }

    [Fact]
    public void One_pause_stays_what_it_is() => Assert.Equal(Second, new QmpBackOff(Second).After(1_000_000));

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 0.5, 1)]
    [InlineData(1, double.NaN, 1)]
    [InlineData(1, double.PositiveInfinity, 1)]
    [InlineData(2, 1, 1)]
    public void Pauses_that_would_shrink_or_be_none_are_refused(double first, double factor, double longest) =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new QmpBackOff(TimeSpan.FromSeconds(first), factor, TimeSpan.FromSeconds(longest)));
}
