using System.Reactive.Linq;
using System.Text.RegularExpressions;
using Rx.Vm.Lifecycle;
using Rx.Vm.Testing;

namespace Rx.Vm.Tests.Testing;

/// <summary>What a failed run says. The texts are kept in full: they are what people work with.</summary>
public sealed class MarbleFailureTextTests
{
    [Fact]
    public void A_stream_that_differs_is_drawn_below_what_was_expected() => Says(
        """
        phases: the first difference is at 2.006s
          in THIS FILE

                    0            2.001s                2.006s         2.009s
          expected  [Booting] 2s ([Init][Starting])----[Running]------------|
          actual    [Booting] 2s ([Init][Starting])----[Terminating]--[Gone]|
                                                       ^

              expected           actual
                   0  Booting    0.0001ms  Booting
              2.001s  Init         2.001s  Init
              2.001s  Starting     2.001s  Starting
           => 2.006s  Running      2.006s  Terminating
               2.01s  completed    2.009s  Gone
                      -             2.01s  completed

          subscriptions
            this expectation  from 0 on
            hot "[Booting] 2s ([Init][Starting])-[Terminating]--[Gone]|"  from 0 on

          the actual stream as a diagram
            [Booting] 2s ([Init][Starting])-[Terminating]--[Gone]|
        """,
        m => m.Expect(m.Hot<VmPhase>("[Booting] 2s ([Init][Starting])-[Terminating]--[Gone]|"), "phases")
            .ToBe("[Booting] 2s ([Init][Starting])-[Running]---|"));

    [Fact]
    public void Names_of_the_legend_and_new_ones_are_explained_and_the_window_is_shown() => Says(
        """
        states: the first difference is at 2ms
          in THIS FILE

                    0 2ms
          expected  a-b
          actual    a-c
                      ^

          legend
            a = (Init, 1.5)
            b = (Running, 1.5)
            c = (Gone, -0.5)

              expected             actual
                0  (Init, 1.5)     0.0002ms  (Init, 1.5)
           => 2ms  (Running, 1.5)  2.0001ms  (Gone, -0.5)

          subscriptions
            this expectation  from 0 to 3ms
            cold "a-c-a|"  from 0 to 3ms

          the actual stream as a diagram
            a-c
        """,
        m =>
        {
            var source = m.Cold("a-c-a|", ("a", (VmPhase.Init, 1.5)), ("c", (VmPhase.Gone, -0.5)));
            m.Expect(source.ObserveOn(m.Scheduler), "states").During("^--!")
                .ToBe("a-b", ("a", (VmPhase.Init, 1.5)), ("b", (VmPhase.Running, 1.5)));
        });

    [Fact]
    public void An_error_shows_its_type_and_message() => Says(
        """
        m.Cold("a-#[lost]"): the first difference is at 2ms
          in THIS FILE

                    0 2ms
          expected  a-#
          actual    a-#[lost]
                      ^

          legend
            # = a TimeoutException that passes a test

              expected                                          actual
                0  "a"                                          0.0001ms  "a"
           => 2ms  error a TimeoutException that passes a test       2ms  error ScriptedErrorException: #[lost]
        """,
        m => m.Expect(m.Cold("a-#[lost]")).WithError<TimeoutException>(e => e.Message == "x").ToBe("a-#"));

    [Fact]
    public void Subscriptions_are_drawn_below_one_another() => Says(
        """
        expectation 2 of 2, subscriptions of source: expected 2, saw 1; the first difference is at 4ms
          in THIS FILE

                       1ms         2.003s
          expected 1    ^-- 1.998s !
          expected 2   ^--- 1.998s -
          actual 1      ^-!
                          ^

          expected
            from 2ms to 2.003s
            from 1ms on
          actual
            from 2ms to 4ms
        """,
        m =>
        {
            var source = m.Cold("a-");
            m.Expect(source).During("--^-!").ToBe("--a");
            m.ExpectSubscriptions(source, "source").ToBe("--^ 2s !", "-^");
        });

    [Fact]
    public void A_missing_subscription_is_pointed_at() => Says(
        """
        subscriptions of m.Cold("a"): expected 1, saw 0; the first difference is at 1ms
          in THIS FILE

                       1ms
          expected 1   ^-!
                       ^

          expected
            from 1ms to 3ms
          actual
            none
        """,
        m => m.ExpectSubscriptions(m.Cold("a")).ToBe("-^-!"));

    [Fact]
    public void Every_failed_expectation_is_told_in_order_and_passed_ones_are_not() => Says(
        """
        expectation 1 of 3, first: the first difference is at 0
          in THIS FILE

                    0
          expected  b
          actual    a
                    ^

              expected   actual
           => 0  "b"     0.0001ms  "a"
        """,
        m =>
        {
            m.Expect(m.Cold("a"), "first").ToBe("b");
            m.Expect(m.Cold("a"), "second").ToBe("a");
            m.Expect(m.Cold("-a"), "third").ToBe("a");
        },
        also: ["expectation 3 of 3, third: the first difference is at 0\n"],
        never: "second");

    [Fact]
    public void A_long_stream_is_cut_around_the_difference()
    {
        var expected = string.Concat(Enumerable.Repeat("a 20s b", 40));
        Says(
            """
            long: the first difference is at 740.074s
              in THIS FILE

                          540.053s      580.057s      620.061s      660.065s      700.069s      740.073s  760.075s      800.079s
              expected  … ba 20s ba 20s ba 20s ba 20s ba 20s ba 20s ba 20s ba 20s ba 20s ba 20s ba--- 20s ba 20s ba 20s b
            """,
            m => m.Expect(m.Cold(expected).Take(75), "long").ToBe(expected),
            also: ["… 56 rows before\n", "\n   => 760.075s  \"b\"     740.074s  completed\n"],
            longest: 120);
    }

    [Fact]
    public void Only_the_first_failures_are_told_in_full() => Says(
        "expectation 1 of 9, ",
        m =>
        {
            for (var i = 0; i < 9; i++)
            {
                m.Expect(m.Cold("a")).ToBe("b");
            }
        },
        also: ["expectation 5 of 9", "\n\nand 4 more"],
        never: "expectation 6 of 9");

    [Fact]
    public void Values_are_on_one_line_and_bounded()
    {
        var failed = Fail(m => m.Expect(m.Cold("a", ("a", "line one\nline two" + new string('x', 1000)))).ToBe(""));
        Assert.Contains("\"line one\\nline two", failed, StringComparison.Ordinal);
        Assert.All(failed.Split('\n'), line => Assert.True(line.Length < 150));
    }

    [Fact]
    public void A_stream_of_many_values_is_told_quickly_and_not_in_full()
    {
        var failed = Fail(m => m.Expect(Observable.Range(0, 20_000)).ToBe(""));
        Assert.Contains("would have 20001 marbles", failed, StringComparison.Ordinal);
        Assert.True(failed.Length < 300_000);
    }

    private static void Says(string text, Action<MarbleRun> body, string[]? also = null, string? never = null, int longest = int.MaxValue)
    {
        using (Culture.OfCommas())
        {
            var message = Fail(body);
            if (!message.StartsWith(text, StringComparison.Ordinal))
            {
                Assert.Equal(text, message);
            }

            Assert.All(also ?? [], part => Assert.Contains(part, message, StringComparison.Ordinal));
            Assert.DoesNotContain(never ?? "\u001b", message, StringComparison.Ordinal);
            var drawn = message.Split('\n').Where(line => line.Contains("expected  ", StringComparison.Ordinal));
            Assert.All(drawn, line => Assert.True(line.Length <= longest));
        }
    }

    // Where this file is and which line it was is no matter of these texts.
    private static string Fail(Action<MarbleRun> body) => Regex.Replace(
        Assert.Throws<MarbleException>(() => Marble.Run(body)).Message, $@"in \S*{nameof(MarbleFailureTextTests)}\.cs:line \d+", "in THIS FILE");
}
