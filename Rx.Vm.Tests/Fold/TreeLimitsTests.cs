using Rx.Vm.Fold;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Tests.Fold;

/// <summary>Every deadline has a length, taken from the options, and nothing else has.</summary>
public class TreeLimitsTests
{
    private static readonly State Some = new TreeLife().Booted().State;

    [Fact]
    public void Every_deadline_has_a_length_and_nothing_else_has() => Assert.All(Enum.GetValues<OpKind>(), kind =>
    {
        var op = new Op(1, kind, new(Level.Machine));
        if (OpSet.Deadlines.Has(kind))
        {
            Assert.True(TreeLimits.Of(op, Some, new VmTimeouts()) is var length && (length > TimeSpan.Zero || length == Timeout.InfiniteTimeSpan));
        }
        else
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => TreeLimits.Of(op, Some, new VmTimeouts()));
        }
    });

    [Fact]
    public void Silence_is_what_is_left_of_the_time_for_a_ping_s_answer_once_it_is_told()
    {
        var op = new Op(1, OpKind.SilenceLimit, new(Level.Machine));
        foreach (var pong in new[] { 30.0, 4, 3, 0.5 })
        {
            var times = new VmTimeouts { Pong = TimeSpan.FromSeconds(pong) };
            Assert.Equal(times.Pong, TreeLimits.SilentAfter(times) + TreeLimits.Of(op, Some, times));
            Assert.True(TreeLimits.Of(op, Some, times) > TimeSpan.Zero);
        }

        Assert.Equal(TimeSpan.FromSeconds(2), TreeLimits.SilentAfter(new VmTimeouts()));
        Assert.Equal(Timeout.InfiniteTimeSpan, TreeLimits.Of(op, Some, new VmTimeouts { Pong = Timeout.InfiniteTimeSpan }));
    }

    [Fact]
    public void A_quit_is_given_the_guest_s_goodbye_and_the_exit()
    {
        var op = new Op(1, OpKind.QuitLimit, new(Level.Machine));
        Assert.Equal(TimeSpan.FromSeconds(20), TreeLimits.Of(op, Some, new VmTimeouts()));
        Assert.Equal(TimeSpan.MaxValue, TreeLimits.Of(op, Some, new VmTimeouts { PodDestroy = TimeSpan.MaxValue }));
        Assert.Equal(Timeout.InfiniteTimeSpan, TreeLimits.Of(op, Some, new VmTimeouts { Kill = Timeout.InfiniteTimeSpan }));
    }

    [Fact]
    public void A_request_waits_as_long_as_its_caller_says()
    {
        var life = new TreeLife().Running();
        life.Ask(RequestKind.Call, life[0].Id, within: TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(3), TreeLimits.Of(life.State.Ops.Single(op => op.Kind == OpKind.RequestLimit), life.State, new VmTimeouts()));
    }
}
