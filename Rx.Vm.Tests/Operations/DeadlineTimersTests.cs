using System.Reactive.Concurrency;
using Microsoft.Reactive.Testing;
using Rx.Vm.Lifecycle;
using Rx.Vm.Operations;
using Rx.Vm.Reactive;

namespace Rx.Vm.Tests.Operations;

public class DeadlineTimersTests
{
    private readonly TestScheduler _scheduler = new();
    private readonly List<(TimeSpan At, long Id)> _elapsed = [];
    private readonly List<VmEventKind> _kinds = [];
    private OperationRunner<Deadline, VmEvent>? _runner;
    private TimeSpan? _used = TimeSpan.Zero;

    [Fact]
    public void A_deadline_elapses_once_after_its_time()
    {
        using var subscription = Subscribe();

        _runner!.Follow([Of(1, 10)]);
        _scheduler.AdvanceBy(TimeSpan.FromSeconds(60).Ticks);

        Assert.Equal([(TimeSpan.FromSeconds(10), 1L)], _elapsed);
    }

    [Fact]
    public void Leaving_the_state_cancels_its_deadlines()
    {
        using var subscription = Subscribe();

        _runner!.Follow([Of(1, 10), Of(2, 20)]);
        _scheduler.AdvanceBy(TimeSpan.FromSeconds(5).Ticks);
        _runner!.Follow([Of(2, 20)]);
        _scheduler.AdvanceBy(TimeSpan.FromSeconds(60).Ticks);

        Assert.Equal([(TimeSpan.FromSeconds(20), 2L)], _elapsed);
    }

    [Fact]
    public void A_deadline_that_stays_keeps_its_time_and_one_with_a_new_id_starts_anew()
    {
        using var subscription = Subscribe();

        _runner!.Follow([Of(1, 10), Of(2, 10)]);
        _scheduler.AdvanceBy(TimeSpan.FromSeconds(6).Ticks);
        _runner!.Follow([Of(1, 10), Of(3, 10)]);
        _scheduler.AdvanceBy(TimeSpan.FromSeconds(60).Ticks);

        Assert.Equal([(TimeSpan.FromSeconds(10), 1L), (TimeSpan.FromSeconds(16), 3L)], _elapsed);
    }

    [Fact]
    public void Disposal_cancels_everything()
    {
        var subscription = Subscribe();
        _runner!.Follow([Of(1, 10)]);

        subscription.Dispose();
        _scheduler.AdvanceBy(TimeSpan.FromSeconds(60).Ticks);

        Assert.Empty(_elapsed);
    }

    [Fact]
    public void A_timer_that_fires_long_after_its_time_gives_inputs_a_moment_first()
    {
        // The process was stopped: the clock jumps over the due time before the timer can run.
        using var subscription = Subscribe();
        _runner!.Follow([Of(1, 10)]);
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
        using var subscription = Subscribe(late);

        _runner!.Follow([Of(1, 60)]);
        _scheduler.AdvanceBy(TimeSpan.FromHours(10).Ticks);

        Assert.Equal([(TimeSpan.FromSeconds(elapsesAt), 1L)], _elapsed);
    }

    [Fact]
    public void A_deadline_that_never_comes_needs_no_timer_and_one_beyond_all_timers_is_waited_out()
    {
        var longest = TimeSpan.FromDays(60);
        using var subscription = Subscribe(Reliable(_scheduler));

        _runner!.Follow([
            new(1, DeadlineKind.Boot, Timeout.InfiniteTimeSpan, TimeSpan.Zero),
            new(2, DeadlineKind.Boot, TimeSpan.MaxValue, TimeSpan.Zero),
            new(3, DeadlineKind.Boot, longest, TimeSpan.Zero)]);
        _scheduler.AdvanceBy(TimeSpan.FromDays(1000).Ticks);

        Assert.Equal([(longest, 3L)], _elapsed);
    }

    /// <summary>A limit asks at its end whether the process has worked meanwhile; one that can't tell has not, nor one of another kind.</summary>
    [Theory]
    [InlineData(DeadlineKind.Boot, 0.0, 0.2, VmEventKind.DeadlineBusy)]
    [InlineData(DeadlineKind.PodStart, 5.0, 5.2, VmEventKind.DeadlineBusy)]
    [InlineData(DeadlineKind.QmpGreeting, 5.0, 5.05, VmEventKind.DeadlineElapsed)]
    [InlineData(DeadlineKind.Boot, null, 5.0, VmEventKind.DeadlineBusy)]
    [InlineData(DeadlineKind.Boot, 5.0, null, VmEventKind.DeadlineElapsed)]
    [InlineData(DeadlineKind.Kill, 0.0, 9.0, VmEventKind.DeadlineElapsed)]
    public void A_machine_at_work_is_told_from_one_that_is_stuck(DeadlineKind kind, double? before, double? after, VmEventKind told)
    {
        using var subscription = Subscribe();
        _used = before is { } b ? TimeSpan.FromSeconds(b) : null;
        _runner!.Follow([new(1, kind, TimeSpan.FromSeconds(10), TimeSpan.Zero)]);
        _used = after is { } a ? TimeSpan.FromSeconds(a) : null;
        _scheduler.AdvanceBy(TimeSpan.FromSeconds(60).Ticks);
        Assert.Equal([told], _kinds);
    }

    [Fact]
    public void A_machine_that_throws_when_asked_for_its_work_was_not_at_work()
    {
        var timers = new DeadlineTimers(_scheduler, () => throw new InvalidOperationException("no"));
        using var waiting = timers.Wait(Of(1, 10)).Subscribe(e => _kinds.Add(e.Kind));
        _scheduler.AdvanceBy(TimeSpan.FromSeconds(60).Ticks);
        Assert.Equal([VmEventKind.DeadlineElapsed], _kinds);
    }

    // As a host makes the clocks it is given.
    private static IScheduler Reliable(IScheduler scheduler) =>
        new VmHostOptions { Schedulers = VmSchedulers.Single(scheduler), InlineContinuations = true }.Guarded().Schedulers.Time;

    private OperationRunner<Deadline, VmEvent> Subscribe(IScheduler? scheduler = null)
    {
        var clock = _scheduler.StartStopwatch();
        _runner = new(static deadline => deadline.Id, new DeadlineTimers(scheduler ?? _scheduler, () => _used).Wait, fault => throw fault);
        _runner.Subscribe(e => _elapsed.Add((Whole(clock.Elapsed), e.Token)));
        _runner.Subscribe(e => _kinds.Add(e.Kind));
        return _runner;
    }

    // Virtual schedulers run immediate work a tick later.
    private static TimeSpan Whole(TimeSpan time) => TimeSpan.FromMilliseconds(Math.Floor(time.TotalMilliseconds));

    private static Deadline Of(long id, int seconds) => new(id, DeadlineKind.Boot, TimeSpan.FromSeconds(seconds), TimeSpan.Zero);
}
