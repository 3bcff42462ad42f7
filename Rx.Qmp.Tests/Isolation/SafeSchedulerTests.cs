using System.Reactive.Concurrency;
using Microsoft.Reactive.Testing;
using Rx.Qmp.Isolation;

namespace Rx.Qmp.Tests.Isolation;

/// <summary>A clock that can be relied on, made of one that can't.</summary>
public class SafeSchedulerTests
{
    private readonly TestScheduler _scheduler = new();
    private readonly List<string> _reported = [];

    public static TheoryData<double> Days => [0.5, 1, 1.5, 49.8, 60, 3650];

    [Theory]
    [MemberData(nameof(Days))]
    public void A_wait_of_any_length_ends_when_it_is_over_and_no_timer_gets_more_than_a_day(double days)
    {
        var counting = new LongestWait(_scheduler);
        var clock = _scheduler.StartStopwatch();
        var ends = new List<TimeSpan>();

        Wrap(counting).Schedule(TimeSpan.FromDays(days), () => ends.Add(clock.Elapsed));
        _scheduler.AdvanceBy(TimeSpan.FromDays(days + 2).Ticks);

        Assert.Equal([TimeSpan.FromDays(days)], ends.Select(end => TimeSpan.FromMilliseconds(Math.Floor(end.TotalMilliseconds))));
        Assert.InRange(counting.Longest, TimeSpan.Zero, TimeSpan.FromDays(1));
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(-TimeSpan.TicksPerMillisecond)]
    public void A_wait_without_end_needs_no_timer(long ticks)
    {
        var counting = new LongestWait(_scheduler);

        Wrap(counting).Schedule(TimeSpan.FromTicks(ticks), () => Assert.Fail("it is over")).Dispose();

        Assert.Equal(0, counting.Count);
    }

    [Fact]
    public void A_wait_that_is_disposed_of_never_ends_in_whichever_slice()
    {
        var ended = 0;
        var waits = Enumerable.Range(0, 4).Select(_ => Wrap(_scheduler).Schedule(TimeSpan.FromDays(3.5), () => ended++)).ToArray();
        foreach (var wait in waits)
        {
            wait.Dispose();
            _scheduler.AdvanceBy(TimeSpan.FromDays(1).Ticks);
        }

        _scheduler.AdvanceBy(TimeSpan.FromDays(9).Ticks);

        Assert.Equal(0, ended);
    }

    /// <summary>Disposed of with waits under way, which an event loop drops without a word.</summary>
    [Fact]
    public async Task A_scheduler_that_was_disposed_of_loses_no_wait_neither_those_under_way_nor_those_to_come()
    {
        var loop = new EventLoopScheduler();
        var time = Wrap(loop);
        var (underWay, toCome) = (new TaskCompletionSource(), new TaskCompletionSource());
        time.Schedule(TimeSpan.FromMilliseconds(50), underWay.SetResult);
        loop.Dispose();

        time.Schedule(TimeSpan.FromMilliseconds(50), toCome.SetResult);

        await Task.WhenAll(underWay.Task, toCome.Task).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(["it refused work"], _reported);
    }

    [Fact]
    public async Task Asking_it_is_enough_to_find_out_that_it_was_disposed_of()
    {
        var loop = new EventLoopScheduler();
        var time = Wrap(loop);
        var underWay = new TaskCompletionSource();
        time.Schedule(TimeSpan.FromMilliseconds(50), underWay.SetResult);
        loop.Dispose();

        time.Probe();

        await underWay.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    /// <summary>Those that block their caller, and one that thinks it is always now.</summary>
    [Theory]
    [InlineData("immediate")]
    [InlineData("current thread")]
    [InlineData("hasty")]
    public async Task A_scheduler_that_runs_inline_is_no_clock_and_nobody_is_blocked_by_it(string kind)
    {
        IScheduler inline = kind switch
        {
            "immediate" => ImmediateScheduler.Instance,
            "current thread" => CurrentThreadScheduler.Instance,
            _ => new HastyScheduler(),
        };
        var time = Wrap(inline);
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var scheduling = true;

        time.Schedule(TimeSpan.FromMilliseconds(50), () => done.SetResult(scheduling));
        using var never = time.Schedule(TimeSpan.FromDays(1), () => Assert.Fail("a day"));
        scheduling = false;

        Assert.False(await done.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken), "it ran within Schedule");
        Assert.Single(_reported);
    }

    /// <summary>A clock of the scheduler's that begins to fail, while its timers run or not: what was measured goes on, waits end, and nobody
    /// who asks hears of it.</summary>
    [Fact]
    public async Task A_clock_that_begins_to_fail_is_given_up_and_no_time_is_lost()
    {
        var failing = new FailingClock(_scheduler);
        var time = Wrap(failing);
        var watch = time.StartStopwatch();
        var ended = new TaskCompletionSource();
        _scheduler.AdvanceBy(TimeSpan.FromHours(1).Ticks);
        Assert.Equal(TimeSpan.FromHours(1), watch.Elapsed);
        time.Schedule(TimeSpan.FromMilliseconds(50), ended.SetResult);

        failing.Fails = true;

        Assert.InRange(watch.Elapsed, TimeSpan.FromHours(1), TimeSpan.FromHours(1.5));
        Assert.InRange(time.Now, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue);
        Assert.InRange(time.StartStopwatch().Elapsed, TimeSpan.Zero, TimeSpan.FromMinutes(5));
        time.Schedule(time.Now.AddMilliseconds(20), () => { }).Dispose();
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(["its clock failed"], _reported);
    }

    [Fact]
    public void A_moment_that_was_a_millisecond_ago_is_not_never()
    {
        var time = Wrap(_scheduler);
        var ended = 0;
        _scheduler.AdvanceBy(TimeSpan.FromSeconds(1).Ticks);

        time.Schedule(time.Now.AddMilliseconds(-1), () => ended++);
        _scheduler.AdvanceBy(10);

        Assert.Equal(1, ended);
    }

    [Fact]
    public void Its_stopwatch_goes_on_where_the_scheduler_stopped()
    {
        var time = Wrap(new RefusingScheduler(_scheduler));
        var watch = time.StartStopwatch();
        _scheduler.AdvanceBy(TimeSpan.FromHours(1).Ticks);

        time.Schedule(TimeSpan.FromDays(1), () => { }).Dispose();

        Assert.InRange(watch.Elapsed, TimeSpan.FromHours(1), TimeSpan.FromHours(1.5));
        Assert.InRange(time.StartStopwatch().Elapsed, TimeSpan.Zero, TimeSpan.FromMinutes(5));
    }

    [Fact]
    public void Sums_with_limits_never_overflow()
    {
        var hour = TimeSpan.FromHours(1);
        Assert.Equal(2 * hour, hour.Plus(hour));
        Assert.Equal(TimeLimit.Never, hour.Plus(TimeSpan.MaxValue));
        Assert.Equal(TimeLimit.Never, hour.Plus(Timeout.InfiniteTimeSpan));
        Assert.Equal(TimeLimit.Never, (TimeSpan.MaxValue - TimeSpan.FromTicks(1)).Plus(hour));
        Assert.Equal(2 * hour, hour.Times(2));
        Assert.Equal(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan.Times(2));
        Assert.Equal(Timeout.InfiniteTimeSpan, (TimeSpan.MaxValue / 1.5).Times(2));
    }

    private SafeScheduler Wrap(IScheduler scheduler) => SafeScheduler.Wrap(scheduler, (why, _) => _reported.Add(why));

    private sealed class LongestWait(IScheduler inner) : SchedulerUnderTest(inner)
    {
        public TimeSpan Longest { get; private set; }

        public int Count { get; private set; }

        public override IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action)
        {
            Count++;
            Longest = dueTime > Longest ? dueTime : Longest;
            return base.Schedule(state, dueTime, action);
        }
    }

    private sealed class FailingClock(IScheduler inner) : IScheduler
    {
        public bool Fails { get; set; }

        public DateTimeOffset Now => Fails ? throw new ObjectDisposedException("clock") : inner.Now;

        public IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action) => inner.Schedule(state, action);

        public IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action) =>
            inner.Schedule(state, dueTime, action);

        public IDisposable Schedule<TState>(TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action) =>
            inner.Schedule(state, dueTime, action);
    }

    /// <summary>Runs at once whatever is due later.</summary>
    private sealed class HastyScheduler() : SchedulerUnderTest(ImmediateScheduler.Instance)
    {
        public override IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action) =>
            action(this, state);
    }
}
