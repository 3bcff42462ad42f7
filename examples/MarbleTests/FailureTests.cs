using Rx.Vm.Lifecycle;
using Rx.Vm.Testing;

namespace MarbleTests;

/// <summary>What you see when a marble test fails: this is the text in docs/testing.md.</summary>
public sealed class FailureTests
{
    [Fact]
    public void A_failure_shows_both_streams_and_where_the_expectation_is()
    {
        var failure = Assert.Throws<MarbleException>(() => Marble.Run(m =>
        {
            var phases = m.Hot<VmPhase>("[Booting] 90s [Running]|");
            var alarms = phases.Stuck(TimeSpan.FromSeconds(20), m.Scheduler);
            m.Expect(alarms).ToBe("30s [Booting] 60s -|");
        }));

        var lines = failure.Message.Split('\n');
        Assert.Matches(@"^  in \S+FailureTests\.cs:line 16$", lines[1]);
        Assert.Matches(@"^   at a failed expectation in \S+FailureTests\.cs:line 16", failure.StackTrace);
        Assert.Equal(
            """
            alarms: the first difference is at 20s

                             20s              30s               90.002s
              expected   20s --------- 9.999s [Booting] 60.001s |
              actual     20s [Booting] 9.999s --------- 60.001s |
                             ^

                  expected            actual
               =>     30s  Booting    20.0000001s  Booting
                  90.002s  completed      90.002s  completed

              subscriptions
                this expectation  from 0 on
                hot "[Booting] 90s [Running]|"  from 0 to 90.002s

              the actual stream as a diagram
                20s [Booting] 70s -|
            """,
            string.Join('\n', lines.Where((_, i) => i != 1)));
    }
}
