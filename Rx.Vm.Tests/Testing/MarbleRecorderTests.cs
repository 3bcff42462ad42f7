using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Microsoft.Reactive.Testing;
using Rx.Vm.Testing;

namespace Rx.Vm.Tests.Testing;

/// <summary>The recorder of running programs.</summary>
public sealed class MarbleRecorderTests
{
    [Fact]
    public void It_writes_down_what_comes_with_the_time_since_it_began()
    {
        var scheduler = new TestScheduler();
        scheduler.AdvanceTo(TimeSpan.FromSeconds(7).Ticks);
        using var stream = new Subject<string>();
        using var recorder = MarbleRecorder<string>.Of(stream, scheduler);
        stream.OnNext("a");
        scheduler.AdvanceBy(TimeSpan.FromMilliseconds(20).Ticks);
        stream.OnNext("b");
        stream.OnCompleted();
        Assert.Equal("a 19ms (b|)", Marbles.Render(recorder.ToRecording()).Diagram);
        Assert.Equal(0, recorder.Dropped);
    }

    [Fact]
    public void It_keeps_the_last_ones_only()
    {
        var recorder = new MarbleRecorder<int>(new TestScheduler(), capacity: 3);
        Observable.Range(1, 10).Subscribe(recorder);
        Assert.Equal("(9[10]|)", Marbles.Render(recorder.ToRecording()).Diagram);
        Assert.Equal(8, recorder.Dropped);
        Assert.Throws<ArgumentOutOfRangeException>(() => new MarbleRecorder<int>(new TestScheduler(), 0));
    }

    [Fact]
    public void Errors_are_part_of_it()
    {
        var recorder = new MarbleRecorder<int>(new TestScheduler());
        Observable.Throw<int>(new TimeoutException("30 s")).Subscribe(recorder);
        Assert.Equal("#[Timeout]", Marbles.Render(recorder.ToRecording()).Diagram);
    }

    [Fact]
    public void Disposing_ends_the_recording_and_the_subscription_and_keeps_what_was_recorded()
    {
        using var stream = new Subject<string>();
        var recorder = MarbleRecorder<string>.Of(stream, new TestScheduler());
        stream.OnNext("a");
        recorder.Dispose();
        Assert.False(stream.HasObservers);
        recorder.OnNext("b");
        Assert.Equal(["a"], recorder.ToRecording().Values);
        recorder.Dispose();
    }

    [Fact]
    public void Disposing_it_from_within_its_first_item_ends_the_subscription()
    {
        MarbleRecorder<string>? recorder = null;
        var ended = false;
        var stream = Observable.Create<string>(_ => Disposable.Create(() => ended = true));
        recorder = MarbleRecorder<string>.Of(stream, new TestScheduler());
        recorder.Dispose();
        Assert.True(ended);
    }

    [Fact]
    public void Its_times_never_go_back_though_the_clock_does()
    {
        var clock = new BackwardClock();
        var recorder = new MarbleRecorder<string>(clock);
        foreach (var second in new[] { 1, 3, 2, 4 })
        {
            clock.Elapsed = TimeSpan.FromSeconds(second);
            recorder.OnNext("a");
        }

        Assert.Equal([1, 3, 3, 4], recorder.ToRecording().Select(e => (int)e.At.TotalSeconds));
    }

    [Fact]
    public void Two_threads_lose_nothing()
    {
        var recorder = new MarbleRecorder<int>(new TestScheduler(), capacity: 20_000);
        var threads = Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                recorder.OnNext(i);
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        Assert.Equal(20_000, recorder.ToRecording().Count);
    }

    private sealed class BackwardClock : IScheduler, IStopwatchProvider, IServiceProvider, IStopwatch
    {
        public DateTimeOffset Now => default;

        public TimeSpan Elapsed { get; set; }

        public IStopwatch StartStopwatch() => this;

        public object? GetService(Type serviceType) => serviceType == typeof(IStopwatchProvider) ? this : null;

        public IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action) =>
            throw new NotSupportedException();

        public IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action) =>
            throw new NotSupportedException();

        public IDisposable Schedule<TState>(TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action) =>
            throw new NotSupportedException();
    }
}
