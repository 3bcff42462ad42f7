using System.Collections.Immutable;
using System.Reactive.Concurrency;
using System.Reactive.Subjects;
using Microsoft.Reactive.Testing;
using Rx.Vm.Lifecycle;
using Rx.Vm.Reactive;

namespace Rx.Vm.Tests.Reactive;

public class DeadlineTimersTests
{
    private readonly TestScheduler _scheduler = new();
    private readonly Subject<ImmutableArray<Deadline>> _sets = new();
    private readonly List<(TimeSpan At, long Id)> _elapsed = [];

    [Fact]
    public void A_deadline_elapses_once_after_its_time()
    {
        using var subscription = Subscribe();

        _sets.OnNext([Of(1, 10)]);
        _scheduler.AdvanceBy(TimeSpan.FromSeconds(60).Ticks);

        Assert.Equal([(TimeSpan.FromSeconds(10), 1L)], _elapsed);
    }

    [Fact]
    public void Leaving_the_state_cancels_its_deadlines()
    {
        using var subscription = Subscribe();

        _sets.OnNext([Of(1, 10), Of(2, 20)]);
        _scheduler.AdvanceBy(TimeSpan.FromSeconds(5).Ticks);
        _sets.OnNext([Of(2, 20)]);
        _scheduler.AdvanceBy(TimeSpan.FromSeconds(60).Ticks);

        Assert.Equal([(TimeSpan.FromSeconds(20), 2L)], _elapsed);
    }

    [Fact]
    public void A_deadline_that_stays_keeps_its_time_and_one_with_a_new_id_starts_anew()
    {
        using var subscription = Subscribe();

        _sets.OnNext([Of(1, 10), Of(2, 10)]);
        _scheduler.AdvanceBy(TimeSpan.FromSeconds(6).Ticks);
        _sets.OnNext([Of(1, 10), Of(3, 10)]);
        _scheduler.AdvanceBy(TimeSpan.FromSeconds(60).Ticks);

        Assert.Equal([(TimeSpan.FromSeconds(10), 1L), (TimeSpan.FromSeconds(16), 3L)], _elapsed);
    }

    [Fact]
    public void Disposal_cancels_everything()
    {
        var subscription = Subscribe();
        _sets.OnNext([Of(1, 10)]);

        subscription.Dispose();
        _scheduler.AdvanceBy(TimeSpan.FromSeconds(60).Ticks);

        Assert.Empty(_elapsed);
        Assert.False(_sets.HasObservers);
    }

    [Fact]
    public void A_timer_that_fires_long_after_its_time_gives_inputs_a_moment_first()
    {
        // The process was stopped: the clock jumps over the due time before the timer can run.
        using var subscription = Subscribe();
        _sets.OnNext([Of(1, 10)]);
        _scheduler.Sleep(TimeSpan.FromSeconds(300).Ticks);

        _scheduler.AdvanceBy(TimeSpan.FromMilliseconds(400).Ticks);
        Assert.Empty(_elapsed);
        _scheduler.AdvanceBy(TimeSpan.FromMilliseconds(200).Ticks);

        Assert.Equal(1L, Assert.Single(_elapsed).Id);
    }

    /// <summary>A process without a free thread is late with everything: each deadline is put off once, and then believed.</summary>
    [Theory]
    [InlineData(0.9, 60.9)]
    [InlineData(1.1, 62.7)]
    [InlineData(30, 120.5)]
    public void Timers_that_are_always_late_are_believed_after_one_grace(double lateBy, double elapsesAt)
    {
        var late = new LateScheduler(_scheduler, TimeSpan.FromSeconds(lateBy));
        var clock = _scheduler.StartStopwatch();
        using var subscription = _sets.Elapsed(late).Subscribe(d => _elapsed.Add((Whole(clock.Elapsed), d.Id)));

        _sets.OnNext([Of(1, 60)]);
        _scheduler.AdvanceBy(TimeSpan.FromHours(10).Ticks);

        Assert.Equal([(TimeSpan.FromSeconds(elapsesAt), 1L)], _elapsed);
    }

    [Fact]
    public void A_deadline_that_never_comes_needs_no_timer_and_one_beyond_all_timers_is_waited_out()
    {
        var longest = TimeSpan.FromDays(60);
        var clock = _scheduler.StartStopwatch();
        using var subscription = _sets.Elapsed(Reliable(_scheduler))
            .Subscribe(d => _elapsed.Add((Whole(clock.Elapsed), d.Id)));

        _sets.OnNext([
            new(1, DeadlineKind.Boot, Timeout.InfiniteTimeSpan, TimeSpan.Zero),
            new(2, DeadlineKind.Boot, TimeSpan.MaxValue, TimeSpan.Zero),
            new(3, DeadlineKind.Boot, longest, TimeSpan.Zero)]);
        _scheduler.AdvanceBy(TimeSpan.FromDays(1000).Ticks);

        Assert.Equal([(longest, 3L)], _elapsed);
    }

    // As a host makes the clocks it is given.
    private static IScheduler Reliable(IScheduler scheduler) =>
        new VmHostOptions { Schedulers = VmSchedulers.Single(scheduler), InlineContinuations = true }.Guarded().Schedulers.Time;

    private IDisposable Subscribe()
    {
        var clock = _scheduler.StartStopwatch();
        return _sets.Elapsed(_scheduler).Subscribe(d => _elapsed.Add((Whole(clock.Elapsed), d.Id)));
    }

    // Virtual schedulers run immediate work a tick later.
    private static TimeSpan Whole(TimeSpan time) => TimeSpan.FromMilliseconds(Math.Floor(time.TotalMilliseconds));

    private static Deadline Of(long id, int seconds) => new(id, DeadlineKind.Boot, TimeSpan.FromSeconds(seconds), TimeSpan.Zero);
}
