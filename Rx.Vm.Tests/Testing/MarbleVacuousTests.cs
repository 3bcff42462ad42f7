using System.Reactive.Linq;
using Rx.Vm.Testing;

namespace Rx.Vm.Tests.Testing;

/// <summary>Runs that would pass without having tested anything, or never end, fail and say why.</summary>
public sealed class MarbleVacuousTests
{
    [Fact]
    public void A_run_that_expects_nothing_fails() => Fails("nothing is expected", m => m.Cold("a"));

    [Fact]
    public void An_asynchronous_run_that_expects_nothing_fails() =>
        Fails("nothing is expected", async m => await Observable.Timer(TimeSpan.FromSeconds(1), m.Scheduler));

    [Fact]
    public void An_expectation_without_a_matcher_fails()
    {
        Fails("the expectation of m.Cold(\"a\") has no matcher", m => m.Expect(m.Cold("a")).During("^-!"));
        Fails("the expectation of subscriptions has no matcher", m =>
        {
            m.Expect(m.Cold("a")).ToBe("a");
            m.ExpectSubscriptions(m.Cold("a"), "subscriptions");
        });
    }

    [Fact]
    public void An_expectation_has_one_matcher()
    {
        Fails("two matchers", m =>
        {
            var expectation = m.Expect(m.Cold("a"));
            expectation.ToBe("a");
            expectation.ToBe("b");
        });
        Fails("two matchers", m =>
        {
            var expectation = m.ExpectSubscriptions(m.Cold("a"));
            expectation.ToBe();
            expectation.ToBe("^");
        });
    }

    [Fact]
    public void An_asynchronous_run_cannot_be_forgotten()
    {
        // The overload returns nothing that one would have to await.
        Assert.All(typeof(Marble).GetMethods().Where(m => m.Name == nameof(Marble.Run)), m => Assert.Equal(typeof(void), m.ReturnType));
    }

    [Fact]
    public void A_silent_stream_fails_an_expectation_and_an_empty_diagram_expects_silence()
    {
        Fails("the first difference is at 0", m => m.Expect(Observable.Never<string>()).ToBe("a"));
        Fails("the first difference is at 1ms", m => m.Expect(m.Cold("-a")).ToBe("---"));
        Marble.Run(m => m.Expect(Observable.Never<string>()).ToBe(""));
    }

    [Fact]
    public void A_stream_that_never_ends_fails_at_the_limit_of_work()
    {
        var failed = Assert.Throws<MarbleException>(() => Marble.Run(
            m => m.Expect(Observable.Interval(TimeSpan.FromMilliseconds(1), m.Scheduler), "ticks").ToBe("-[0]"),
            new MarbleOptions { MaxWork = 50 }));
        Assert.Equal(
            "work remains after 50 pieces of it, at 51ms; still subscribed: ticks. What never ends needs a window: .During(\"^ 1s !\")",
            failed.Message);
    }

    [Fact]
    public void A_stream_that_never_ends_passes_in_a_window() => Marble.Run(m => m
        .Expect(Observable.Interval(TimeSpan.FromMilliseconds(1), m.Scheduler)).During("^---!").ToBe("-[0][1][2]"));

    [Fact]
    public void Virtual_time_has_a_cap() => Fails(
        "virtual time passed 60m", m => m.Expect(Observable.Interval(TimeSpan.FromMinutes(25), m.Scheduler)).ToBe("25m [0]"));

    [Fact]
    public void The_limits_hold_when_the_scheduler_is_driven_directly() => Assert.Throws<MarbleException>(
        () => Marble.Run(
            m =>
            {
                m.Expect(Observable.Interval(TimeSpan.FromMilliseconds(1), m.Scheduler)).ToBe("");
                m.Scheduler.Start();
            },
            new MarbleOptions { MaxWork = 50 }));

    [Fact]
    public void A_body_that_waits_for_nothing_fails_instead_of_hanging()
    {
        var failed = Assert.Throws<MarbleException>(() => Marble.Run(
            async m =>
            {
                m.Expect(m.Cold("a")).ToBe("a");
                await new TaskCompletionSource().Task;
            },
            new MarbleOptions { Patience = TimeSpan.FromMilliseconds(1) }));
        Assert.StartsWith("at 0.0001ms the body waits", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_body_that_waits_for_another_thread_goes_on_when_it_answers() => Marble.Run(async m =>
    {
        m.Expect(m.Cold("a")).ToBe("a");
        Assert.Equal(7, await Task.Run(() => 7, TestContext.Current.CancellationToken));
    });

    [Fact]
    public void Setting_up_a_stream_that_is_already_watched_fails()
    {
        Fails("During comes too late", m =>
        {
            var expectation = m.Expect(m.Cold("a"));
            expectation.ToBe("--a");
            expectation.During("--^");
        });
        Fails("During(\"-^\"): 1ms has passed, it is 5ms", m =>
        {
            m.AdvanceBy(TimeSpan.FromMilliseconds(5));
            m.Expect(m.Cold("a")).During("-^").ToBe("-a");
        });
        Fails("Reacting comes too late", m =>
        {
            var expectation = m.Expect(m.Cold("a"));
            expectation.ToBe("a");
            expectation.Reacting(_ => { });
        });
    }

    [Theory]
    [InlineData("a^b")]
    [InlineData("{-1ms a}")]
    public void Only_hot_sources_have_a_time_before_the_run(string diagram)
    {
        Fails("column", m => m.Cold(diagram));
        Fails("column", m => m.Expect(m.Cold("a")).ToBe(diagram));
    }

    [Fact]
    public void A_source_cannot_send_what_is_only_a_test() => Fails(
        "by a test", m => m.Cold("#", MarbleLegend<string>.Empty.WithError<IOException>()));

    [Fact]
    public void Limits_are_checked_when_they_are_set()
    {
        Assert.Throws<MarbleException>(() => new MarbleOptions { Frame = TimeSpan.Zero });
        Assert.Throws<MarbleException>(() => new MarbleOptions { MaxWork = 0 });
        Assert.Throws<MarbleException>(() => new MarbleOptions { MaxTime = TimeSpan.Zero });
        Assert.Throws<MarbleException>(() => new MarbleOptions { Patience = TimeSpan.Zero });
    }

    private static void Fails(string why, Action<MarbleRun> body) =>
        Assert.Contains(why, Assert.ThrowsAny<MarbleException>(() => Marble.Run(body)).Message, StringComparison.Ordinal);

    private static void Fails(string why, Func<MarbleRun, MarbleTask> body) =>
        Assert.Contains(why, Assert.ThrowsAny<MarbleException>(() => Marble.Run(body)).Message, StringComparison.Ordinal);
}
