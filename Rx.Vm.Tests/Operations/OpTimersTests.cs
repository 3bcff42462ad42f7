using System.Reactive.Concurrency;
using Microsoft.Reactive.Testing;
using Rx.Vm.Fold;
using Rx.Vm.Lifecycle;
using Rx.Vm.Operations;
using Rx.Vm.Tests.Testing;

namespace Rx.Vm.Tests.Operations;

/// <summary>Deadlines alone, in virtual time.</summary>
public class OpTimersTests
{
    private static readonly VmTimeouts Times = new() { Boot = Seconds(10), Kill = Seconds(4) };

    private readonly TestScheduler _time = new();
    private readonly List<OpKind> _extended = [];
    private TimeSpan? _used = TimeSpan.Zero;

    [Fact]
    public void A_deadline_ends_when_its_time_is_over_and_not_before()
    {
        var wait = Wait(OpKind.KillLimit);
        Advance(3.99);
        Assert.False(wait.IsCompleted);
        Advance(0.01);
        Assert.True(SimulatedWorld.Now(wait).Ok);
    }

    [Fact]
    public void One_that_is_given_up_returns_at_once_and_leaves_no_timer()
    {
        using var given = new CancellationTokenSource();
        var wait = Wait(OpKind.KillLimit, given);
        given.Cancel();
        Assert.True(wait.IsCompleted);
        Advance(10);
    }

    [Fact]
    public void One_that_is_infinite_only_ever_is_given_up()
    {
        using var given = new CancellationTokenSource();
        var wait = Wait(OpKind.SilenceLimit, given, Times with { Pong = Timeout.InfiniteTimeSpan });
        Advance(1e6);
        Assert.False(wait.IsCompleted);
        given.Cancel();
        Assert.True(wait.IsCompleted);
    }

    [Fact]
    public void A_machine_at_work_is_given_a_boot_s_time_again_so_often_and_no_more()
    {
        var wait = Wait(OpKind.BootLimit);
        for (var turn = 0; turn < OpTimers.MaxExtensions; turn++)
        {
            _used += Seconds(0.2);
            Advance(10);
            Assert.False(wait.IsCompleted);
        }

        _used += Seconds(0.2);
        Advance(10);
        Assert.True(wait.IsCompleted);
        Assert.Equal(Enumerable.Repeat(OpKind.BootLimit, OpTimers.MaxExtensions), _extended);
    }

    [Theory]
    [InlineData(OpKind.BootLimit, 0.0)]
    [InlineData(OpKind.BootLimit, null)]
    [InlineData(OpKind.KillLimit, 5.0)]
    internal void One_that_is_stuck_or_cannot_tell_and_a_limit_of_no_work_get_no_more(OpKind kind, double? used)
    {
        var wait = Wait(kind);
        _used = used is { } seconds ? Seconds(seconds) : null;
        Advance(10);
        Assert.True(wait.IsCompleted);
        Assert.Empty(_extended);
    }

    [Theory]
    [InlineData(0.9, 4.9)]
    [InlineData(30, 64.5)]
    public void One_that_is_very_late_is_put_off_once_by_a_short_grace_and_then_believed(double lateBy, double elapsesAt)
    {
        var wait = Wait(OpKind.KillLimit, scheduler: new LateScheduler(_time, Seconds(lateBy)));
        Advance(elapsesAt - 0.01);
        Assert.False(wait.IsCompleted);
        Advance(0.01);
        Assert.True(wait.IsCompleted);
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private void Advance(double seconds) => _time.AdvanceBy(Seconds(seconds).Ticks);

    private Task<OpEnd> Wait(OpKind kind, CancellationTokenSource? given = null, VmTimeouts? times = null, IScheduler? scheduler = null)
    {
        var timers = new OpTimers(scheduler ?? _time, times ?? Times, () => _used, _extended.Add);
        return timers.WaitAsync(new OpWork(new Op(1, kind, new(Level.Machine)), new State(), given?.Token ?? CancellationToken.None, static _ => { }));
    }
}
