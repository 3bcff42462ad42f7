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

    public WaitNoticesTests() => WaitNotices.Of(_states, new VmTimeouts(), startsToo: true, _scheduler).Subscribe(_lines.Add);

    [Fact]
    public void A_stop_that_takes_long_is_told_after_three_seconds_and_now_and_then_until_the_phase_is_another()
    {
        Enter(VmPhase.Stopping, 2.9);
        Assert.Empty(_lines);
        Pass(27.2);
        Enter(VmPhase.Gone, 1000);

        Assert.Equal(["after 3 s", "after 10 s", "after 20 s", "after 30 s"], _lines.Select(line => line[23..].Split(" (")[0]));
        Assert.All(_lines, line => Assert.StartsWith("still stopping the pod ", line, StringComparison.Ordinal));
        Assert.EndsWith("(at most 30 s; Ctrl-C or a signal kills the machine now)", _lines[0], StringComparison.Ordinal);
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

    [Fact]
    public void A_start_that_is_shown_elsewhere_is_not_told_twice()
    {
        var lines = new List<string>();
        WaitNotices.Of(_states, new VmTimeouts(), startsToo: false, _scheduler).Subscribe(lines.Add);
        Enter(VmPhase.Booting, 100);
        Assert.Empty(lines);
        Enter(VmPhase.Destroying, 4);
        Assert.Single(lines);
    }

    [Fact]
    public void The_status_line_has_the_words_of_the_phase_and_its_time()
    {
        var frames = new List<string>();
        ProgressDisplay.Frames(_states, _scheduler).Subscribe(frames.Add);
        Enter(VmPhase.Booting, 0.15);
        Enter(VmPhase.Starting, 4.05);

        Assert.Equal(["⠋ booting the machine", "⠙ booting the machine", "⠋ starting the pod"], frames.Take(3));
        Assert.EndsWith(" starting the pod, 4 s", frames[^1], StringComparison.Ordinal);
    }

    private void Enter(VmPhase phase, double seconds)
    {
        _states.OnNext(new VmState { VmId = "vm", Phase = phase });
        Pass(seconds);
    }

    private void Pass(double seconds) => _scheduler.AdvanceBy(TimeSpan.FromSeconds(seconds).Ticks);
}
