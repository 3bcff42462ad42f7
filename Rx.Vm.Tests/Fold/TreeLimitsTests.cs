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
    public void Silence_is_the_time_to_a_ping_and_to_its_answer_and_infinite_where_one_is()
    {
        var op = new Op(1, OpKind.SilenceLimit, new(Level.Machine));
        Assert.Equal(TimeSpan.FromSeconds(60), TreeLimits.Of(op, Some, new VmTimeouts()));
        Assert.Equal(TimeSpan.MaxValue, TreeLimits.Of(op, Some, new VmTimeouts { Ping = TimeSpan.MaxValue }));
        Assert.Equal(Timeout.InfiniteTimeSpan, TreeLimits.Of(op, Some, new VmTimeouts { Pong = Timeout.InfiniteTimeSpan }));
    }

    [Fact]
    public void A_request_waits_as_long_as_its_caller_says()
    {
        var life = new TreeLife().Running();
        life.Ask(RequestKind.Call, life[0].Id, within: TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(3), TreeLimits.Of(life.State.Ops.Single(op => op.Kind == OpKind.RequestLimit), life.State, new VmTimeouts()));
    }
}
