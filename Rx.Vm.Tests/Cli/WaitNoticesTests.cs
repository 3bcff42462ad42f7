using System.Reactive.Subjects;
using Microsoft.Reactive.Testing;
using Rx.Vm.Cli.Terminal;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Tests.Cli;

/// <summary>When the tool tells that it waits, and for what; virtual time.</summary>
public class WaitNoticesTests
{
    private readonly TestScheduler _scheduler = new();
    private readonly Subject<VmState> _states = new();
    private readonly List<string> _lines = [];

    public WaitNoticesTests() => WaitNotices.Of(_states, new VmTimeouts(), _scheduler).Subscribe(_lines.Add);

    [Fact]
    public void A_stop_that_takes_long_is_told_after_three_seconds_and_now_and_then_until_the_phase_is_another()
    {
        Enter(VmPhase.Stopping, 2.9);
        Assert.Empty(_lines);
        Pass(27.2);
        Enter(VmPhase.Gone, 1000);

        Assert.Equal(["after 3 s", "after 10 s", "after 20 s", "after 30 s"], _lines.Select(line => line[23..].Split(" (")[0]));
        Assert.All(_lines, line => Assert.StartsWith("still stopping the pod ", line, StringComparison.Ordinal));
        Assert.EndsWith("(at most 30 s; another Ctrl-C or signal kills the machine)", _lines[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(VmPhase.Preparing, 15)]
    [InlineData(VmPhase.Booting, 15)]
    [InlineData(VmPhase.Init, 15)]
    [InlineData(VmPhase.Starting, 15)]
    [InlineData(VmPhase.Stopping, 3)]
    [InlineData(VmPhase.Cleaning, 3)]
    [InlineData(VmPhase.Terminating, 3)]
    [InlineData(VmPhase.Destroying, 3)]
    public void Every_phase_that_should_pass_is_told(VmPhase phase, int first)
    {
        Enter(phase, first - 0.1);
        Assert.Empty(_lines);
        Pass(0.2);
        Assert.Single(_lines);
        Pass(3600);
        Assert.InRange(_lines.Count, 60, 65);
    }

    [Theory]
    [InlineData(VmPhase.Running)]
    [InlineData(VmPhase.Gone)]
    public void A_phase_that_may_last_is_not(VmPhase phase)
    {
        Enter(phase, 100_000);
        Assert.Empty(_lines);
    }

    [Fact]
    public void Other_news_of_the_same_phase_do_not_begin_the_wait_anew()
    {
        Enter(VmPhase.Terminating, 2);
        Enter(VmPhase.Terminating, 1.5);

        Assert.Single(_lines);
    }

    private void Enter(VmPhase phase, double seconds)
    {
        _states.OnNext(new VmState { VmId = "vm", Phase = phase });
        Pass(seconds);
    }

    private void Pass(double seconds) => _scheduler.AdvanceBy(TimeSpan.FromSeconds(seconds).Ticks);
}
