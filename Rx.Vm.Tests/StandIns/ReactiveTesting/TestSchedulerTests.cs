using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using Microsoft.Reactive.Testing;

namespace Rx.Vm.Tests.StandIns.ReactiveTesting;

/// <summary>
/// The clock rules every virtual-time test of this project leans on. They hold for the upstream package too, except where marked.
/// </summary>
public class TestSchedulerTests
{
    private readonly TestScheduler _scheduler = new();

    [Fact]
    public void The_clock_starts_at_zero_and_one_unit_is_one_tick()
    {
        Assert.Equal(0, _scheduler.Clock);
        Assert.Equal(new DateTimeOffset(0, TimeSpan.Zero), _scheduler.Now);
        _scheduler.AdvanceTo(TimeSpan.TicksPerSecond);
        Assert.Equal(new DateTimeOffset(TimeSpan.TicksPerSecond, TimeSpan.Zero), _scheduler.Now);
    }

    [Theory]
    [InlineData(-5)]
    [InlineData(0)]
    [InlineData(1)]
    public void An_absolute_time_that_is_not_in_the_future_becomes_the_next_tick(long due)
    {
        Assert.Equal(1, RunAt(due));
    }

    [Fact]
    public void Immediate_work_takes_a_tick_at_every_level()
    {
        var times = new List<long>();
        _scheduler.Schedule(() =>
        {
            times.Add(_scheduler.Clock);
            _scheduler.Schedule(() =>
            {
                times.Add(_scheduler.Clock);
                _scheduler.Schedule(() => times.Add(_scheduler.Clock));
            });
        });
        _scheduler.Start();
        Assert.Equal([1L, 2, 3], times);
    }

    [Fact]
    public void Work_due_at_the_same_tick_runs_in_scheduling_order()
    {
        var order = new List<int>();
        for (var i = 0; i < 20; i++)
        {
            var number = i;
            _scheduler.ScheduleAbsolute(7, () => order.Add(number));
        }

        _scheduler.Start();
        Assert.Equal(Enumerable.Range(0, 20), order);
    }

    [Fact]
    public void Cancelled_work_does_not_run()
    {
        var ran = false;
        _scheduler.ScheduleAbsolute(5, () => ran = true).Dispose();
        _scheduler.Start();
        Assert.False(ran);
    }

    [Fact]
    public void AdvanceTo_runs_work_due_exactly_at_the_target_and_leaves_the_rest()
    {
        var times = new List<long>();
        foreach (var due in new long[] { 5, 10, 11 })
        {
            _scheduler.ScheduleAbsolute(due, () => times.Add(_scheduler.Clock));
        }

        _scheduler.AdvanceTo(10);
        Assert.Equal([5L, 10], times);
        Assert.Equal(10, _scheduler.Clock);
        _scheduler.AdvanceBy(1);
        Assert.Equal([5L, 10, 11], times);
    }

    [Fact]
    public void AdvanceTo_the_present_runs_nothing_and_to_the_past_is_an_argument_error()
    {
        _scheduler.AdvanceTo(10);
        var ran = false;
        _scheduler.Schedule(() => ran = true);
        _scheduler.AdvanceTo(10);
        _scheduler.AdvanceBy(0);
        Assert.False(ran);
        Assert.Throws<ArgumentOutOfRangeException>(() => _scheduler.AdvanceTo(9));
        Assert.Throws<ArgumentOutOfRangeException>(() => _scheduler.AdvanceBy(-1));
    }

    [Fact]
    public void Advancing_from_inside_a_run_is_an_error_and_Start_inside_a_run_is_ignored()
    {
        _scheduler.ScheduleAbsolute(5, () =>
        {
            Assert.Throws<InvalidOperationException>(() => _scheduler.AdvanceTo(20));
            Assert.Throws<InvalidOperationException>(() => _scheduler.AdvanceBy(20));
            _scheduler.Start();
        });
        var later = 0L;
        _scheduler.ScheduleAbsolute(30, () => later = _scheduler.Clock);
        _scheduler.AdvanceTo(10);
        Assert.Equal(0, later);
        _scheduler.Start();
        Assert.Equal(30, later);
    }

    [Fact]
    public void Sleep_moves_the_clock_without_running_work()
    {
        var ran = 0L;
        _scheduler.ScheduleAbsolute(5, () => ran = _scheduler.Clock);
        _scheduler.Sleep(10);
        Assert.Equal(10, _scheduler.Clock);
        Assert.Equal(0, ran);
    }

    [Fact]
    public void Stop_ends_the_run_after_the_current_item()
    {
        _scheduler.ScheduleAbsolute(5, _scheduler.Stop);
        var later = 0L;
        _scheduler.ScheduleAbsolute(6, () => later = _scheduler.Clock);
        _scheduler.Start();
        Assert.Equal(0, later);
        _scheduler.Start();
        Assert.Equal(6, later);
    }

    [Fact]
    public void A_stopwatch_measures_virtual_time()
    {
        var watch = _scheduler.StartStopwatch();
        _scheduler.AdvanceBy(25);
        Assert.Equal(TimeSpan.FromTicks(25), watch.Elapsed);
    }

    [Fact]
    public void An_interval_of_100_from_200_ticks_at_300_400_and_500()
    {
        var observer = _scheduler.CreateObserver<long>();
        _scheduler.AdvanceTo(200);
        Observable.Interval(TimeSpan.FromTicks(100), _scheduler).Subscribe(observer);
        _scheduler.AdvanceTo(501);
        observer.Messages.AssertEqual(ReactiveTest.OnNext(300, 0L), ReactiveTest.OnNext(400, 1L), ReactiveTest.OnNext(500, 2L));
    }

    [Fact]
    public void A_timer_gives_value_and_completion_at_the_same_tick()
    {
        var observer = _scheduler.CreateObserver<long>();
        _scheduler.AdvanceTo(200);
        Observable.Timer(TimeSpan.FromTicks(5), _scheduler).Subscribe(observer);
        _scheduler.Start();
        observer.Messages.AssertEqual(ReactiveTest.OnNext(205, 0L), ReactiveTest.OnCompleted<long>(205));
    }

    [Fact]
    public void Work_that_throws_is_consumed_and_its_exception_leaves_Start()
    {
        var runs = 0;
        _scheduler.ScheduleAbsolute(5, () =>
        {
            runs++;
            throw new InvalidOperationException("boom");
        });
        Assert.Equal("boom", Assert.Throws<InvalidOperationException>(_scheduler.Start).Message);
        _scheduler.Stop();
        _scheduler.Start();
        Assert.Equal(1, runs);
    }

#if !UPSTREAM_PACKAGES
    [Fact]
    public void After_work_that_throws_the_scheduler_is_stopped_and_goes_on_with_the_next_item()
    {
        var later = 0L;
        _scheduler.ScheduleAbsolute(5, () => throw new InvalidOperationException("boom"));
        _scheduler.ScheduleAbsolute(6, () => later = _scheduler.Clock);
        Assert.Throws<InvalidOperationException>(() => _scheduler.AdvanceTo(5));
        Assert.False(_scheduler.IsEnabled);
        _scheduler.AdvanceTo(6);
        Assert.Equal(6, later);
    }
#endif

    private long RunAt(long due)
    {
        var at = -1L;
        _scheduler.ScheduleAbsolute(0, due, (_, _) =>
        {
            at = _scheduler.Clock;
            return Disposable.Empty;
        });
        _scheduler.Start();
        return at;
    }
}
