using Microsoft.Reactive.Testing;
using static Microsoft.Reactive.Testing.ReactiveTest;

namespace Rx.Vm.Tests.StandIns.ReactiveTesting;

/// <summary>Value types and the assertion itself, failures included.</summary>
public class ReactiveAssertTests
{
    [Fact]
    public void Recorded_values_compare_by_time_and_value_and_print_as_value_at_time()
    {
        Assert.True(new Recorded<string>(5, "a") == new Recorded<string>(5, "a"));
        Assert.True(new Recorded<string>(5, "a") != new Recorded<string>(6, "a"));
        Assert.True(new Recorded<string>(5, "a") != new Recorded<string>(5, "b"));
        Assert.False(new Recorded<string>(5, "a").Equals("a"));
        Assert.Equal(new Recorded<string>(5, "a").GetHashCode(), new Recorded<string>(5, "a").GetHashCode());
        Assert.Equal("a@5", new Recorded<string>(5, "a").ToString());
    }

    [Fact]
    public void Subscription_windows_compare_by_both_ends_and_print_as_a_pair()
    {
        Assert.True(Subscribe(1, 2) == new Subscription(1, 2));
        Assert.True(Subscribe(1, 2) != Subscribe(1));
        Assert.Equal(long.MaxValue, Subscribe(1).Unsubscribe);
        Assert.Equal("(1, 2)", Subscribe(1, 2).ToString());
        Assert.Equal("(1, Infinite)", Subscribe(1).ToString());
    }

    [Fact]
    public void Errors_compare_by_reference_unless_the_exception_says_otherwise()
    {
        var error = new IOException("x");
        new[] { OnError<int>(1, error) }.AssertEqual(OnError<int>(1, error));
        MustFail(() => new[] { OnError<int>(1, error) }.AssertEqual(OnError<int>(1, new IOException("x"))));
    }

    [Fact]
    public void Order_length_and_elements_all_matter()
    {
        new[] { 1, 2 }.AssertEqual(1, 2);
        MustFail(() => new[] { 1, 2 }.AssertEqual(2, 1));
        MustFail(() => new[] { 1, 2 }.AssertEqual(1));
        MustFail(() => new[] { 1 }.AssertEqual(1, 2));
    }

#if !UPSTREAM_PACKAGES
    [Fact]
    public void A_failure_shows_expected_then_actual_on_two_lines()
    {
        var failure = Assert.Throws<ReactiveAssertException>(() => new[] { OnNext(3, 4) }.AssertEqual(OnNext(1, 2), OnCompleted<int>(9)));
        Assert.Equal("Expected: [OnNext(2)@1, OnCompleted()@9]\nActual:   [OnNext(4)@3]", failure.Message);
    }
#endif

    private static void MustFail(Action assertion) => Assert.NotNull(Record.Exception(assertion));
}
