using Rx.Vm.Qemu;

namespace Rx.Vm.Tests.Qemu;

public sealed class DescriptorsTests
{
    [Fact]
    public void A_start_that_finds_enough_is_let_through() => Assert.Null(Descriptors.Problem());

    [Fact]
    public void Too_many_starts_at_once_are_one_sentence_that_says_the_limit_and_what_to_do()
    {
        var problem = Descriptors.Problem(10_000_000) ?? "";

        Assert.Contains("file descriptors", problem, StringComparison.Ordinal);
        Assert.Contains("ulimit -n", problem, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', problem);
    }
}
