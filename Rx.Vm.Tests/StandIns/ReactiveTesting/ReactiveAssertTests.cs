using System.Reactive.Linq;
using Microsoft.Reactive.Testing;
using static Microsoft.Reactive.Testing.ReactiveTest;

namespace Rx.Vm.Tests.StandIns.ReactiveTesting;

/// <summary>Value types, predicate expectations and the assertions themselves, failures included.</summary>
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
    public void A_predicate_on_the_expected_side_accepts_what_its_test_accepts()
    {
        ReactiveAssert.AreElementsEqual([OnNext<int>(1, x => x > 5)], new[] { OnNext(1, 6) });
        ReactiveAssert.AreElementsEqual([OnError<int>(1, e => e.Message == "x")], new[] { OnError<int>(1, new IOException("x")) });
        MustFail(() => ReactiveAssert.AreElementsEqual([OnNext<int>(1, x => x > 5)], new[] { OnNext(1, 5) }));
        MustFail(() => ReactiveAssert.AreElementsEqual([OnNext<int>(1, x => x > 5)], new[] { OnNext(2, 6) }));
        MustFail(() => ReactiveAssert.AreElementsEqual([OnNext<int>(1, _ => true)], new[] { OnCompleted<int>(1) }));
        MustFail(() => ReactiveAssert.AreElementsEqual([OnError(1, e => e is IOException, 0)], new[] { OnNext(1, 6) }));
    }

    [Fact]
    public void A_predicate_on_the_actual_side_is_not_supported()
    {
        Assert.Throws<NotSupportedException>(() => new[] { OnNext<int>(1, _ => true) }.AssertEqual(OnNext(1, 6)));
    }

    [Fact]
    public void Errors_compare_by_reference_unless_the_exception_says_otherwise()
    {
        var error = new IOException("x");
        new[] { OnError(1, error, 0) }.AssertEqual(OnError<int>(1, error));
        MustFail(() => new[] { OnError<int>(1, error) }.AssertEqual(OnError<int>(1, new IOException("x"))));
    }

    [Fact]
    public void Order_length_and_elements_all_matter()
    {
        new[] { 1, 2 }.AssertEqual(1, 2);
        MustFail(() => new[] { 1, 2 }.AssertEqual(2, 1));
        MustFail(() => new[] { 1, 2 }.AssertEqual(1));
        MustFail(() => new[] { 1 }.AssertEqual(1, 2));
        new[] { "a" }.AssertEqual(["A"], StringComparer.OrdinalIgnoreCase);
        MustFail(() => ReactiveAssert.AreElementsEqual(["b"], ["A"], StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public void Observables_compare_by_the_values_they_complete_with()
    {
        Observable.Range(1, 3).AssertEqual(new[] { 1, 2, 3 }.ToObservable());
        ReactiveAssert.AreElementsEqual(Observable.Return("a"), Observable.Return("A"), StringComparer.OrdinalIgnoreCase);
        MustFail(() => Observable.Range(1, 3).AssertEqual(Observable.Range(1, 2)));
    }

    [Fact]
    public void Throws_wants_the_type_or_the_very_instance()
    {
        var error = new FileNotFoundException("x");
        ReactiveAssert.Throws<IOException>(() => throw error);
        ReactiveAssert.Throws(error, () => throw error);
        MustFail(() => ReactiveAssert.Throws<IOException>(() => { }));
        MustFail(() => ReactiveAssert.Throws<IOException>(() => throw new InvalidOperationException()));
        MustFail(() => ReactiveAssert.Throws(error, () => throw new FileNotFoundException("x")));
    }

#if !UPSTREAM_PACKAGES
    [Fact]
    public void A_failure_shows_expected_then_actual_on_two_lines_after_the_message()
    {
        var failure = Assert.Throws<ReactiveAssertException>(() => new[] { OnNext(3, 4) }.AssertEqual(OnNext(1, 2), OnCompleted<int>(9)));
        Assert.Equal("Expected: [OnNext(2)@1, OnCompleted()@9]\nActual:   [OnNext(4)@3]", failure.Message);
        failure = Assert.Throws<ReactiveAssertException>(() => ReactiveAssert.AreElementsEqual([1], [2], "why"));
        Assert.Equal("why\nExpected: [1]\nActual:   [2]", failure.Message);
    }
#endif

    private static void MustFail(Action assertion) => Assert.NotNull(Record.Exception(assertion));
}
