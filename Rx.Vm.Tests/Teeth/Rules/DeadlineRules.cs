using System.Collections.Immutable;
using System.Reactive.Concurrency;
using System.Reactive.Subjects;
using Microsoft.Reactive.Testing;
using Rx.Vm.Lifecycle;
using Rx.Vm.Reactive;

namespace Rx.Vm.Tests.Teeth.Rules;

/// <summary>What the timers of the deadlines promise.</summary>
internal static class DeadlineRules
{
    public static void NoneElapsesEarly()
    {
        var run = new Run();
        run.Set(Of(1, 10)).After(9.9);
        Assert.Empty(run.Elapsed);
    }

    public static void EachElapsesInTime()
    {
        var run = new Run();
        run.Set(Of(1, 10), Of(2, 20)).After(10.1);
        Assert.NotEmpty(run.Elapsed);
        run.After(10);
        Assert.InRange(run.Elapsed.Count, 2, int.MaxValue);
    }

    public static void EachElapsesAsItself()
    {
        var run = new Run();
        run.Set(Of(1, 10), Of(2, 20)).After(60);
        Assert.Equal([1L, 2L], run.Elapsed.Distinct());
    }

    public static void EachElapsesOnce()
    {
        var run = new Run();
        run.Set(Of(1, 10)).After(60);
        Assert.Equal([1L], run.Elapsed);
    }

    public static void ALeftStateIsCancelled()
    {
        var run = new Run();
        run.Set(Of(1, 10), Of(2, 20)).After(5).Set(Of(2, 20)).After(60);
        Assert.Equal([2L], run.Elapsed);
    }

    public static void OneThatStaysKeepsItsTime()
    {
        var run = new Run();
        run.Set(Of(1, 10)).After(6).Set(Of(1, 10), Of(2, 60)).After(4.1);
        Assert.Equal([1L], run.Elapsed);
    }

    public static void ANewWaitHasItsOwnTime()
    {
        var run = new Run();
        run.Set(Of(1, 10)).After(6).Set(Of(3, 10)).After(9.9);
        Assert.Empty(run.Elapsed);
        run.After(0.2);
        Assert.Equal([3L], run.Elapsed);
    }

    public static void DisposalCancels()
    {
        var run = new Run();
        run.Set(Of(1, 10));
        run.Subscription.Dispose();
        run.After(60);
        Assert.Empty(run.Elapsed);
        Assert.False(run.Sets.HasObservers);
    }

    public static void AStoppedProcessHearsItsInputsFirst()
    {
        var run = new Run();
        run.Set(Of(1, 10));
        run.Scheduler.Sleep(TimeSpan.FromSeconds(300).Ticks);
        run.After(0.4);
        Assert.Empty(run.Elapsed);
        run.After(0.2);
        Assert.Equal([1L], run.Elapsed);
    }

    public static void TheWallClockDoesNotCount()
    {
        var scheduler = new Relative(new TestScheduler());
        var sets = new Subject<ImmutableArray<Deadline>>();
        using var subscription = DeadlineTimers.Elapsed(sets, scheduler).Subscribe(_ => { });
        sets.OnNext([Of(1, 10)]);
        Assert.Equal(0, scheduler.Absolute);
    }

    public static void AnErrorIsPassedOn()
    {
        var run = new Run();
        run.Sets.OnError(new InvalidOperationException("the fold"));
        Assert.Equal("the fold", run.Error?.Message);
    }

    private static Deadline Of(long id, double seconds) => new(id, DeadlineKind.Boot, TimeSpan.FromSeconds(seconds), TimeSpan.Zero);

    private sealed class Run
    {
        public Run() => Subscription = DeadlineTimers.Elapsed(Sets, Scheduler).Subscribe(d => Elapsed.Add(d.Id), e => Error = e);

        public TestScheduler Scheduler { get; } = new();

        public Subject<ImmutableArray<Deadline>> Sets { get; } = new();

        public List<long> Elapsed { get; } = [];

        public Exception? Error { get; private set; }

        public IDisposable Subscription { get; }

        public Run Set(params ImmutableArray<Deadline> wanted)
        {
            Sets.OnNext(wanted);
            return this;
        }

        public Run After(double seconds)
        {
            Scheduler.AdvanceBy(TimeSpan.FromSeconds(seconds).Ticks);
            return this;
        }
    }

    /// <summary>Counts what is scheduled for a time of the wall clock.</summary>
    private sealed class Relative(TestScheduler scheduler) : IScheduler, IServiceProvider
    {
        public int Absolute { get; private set; }

        public DateTimeOffset Now => scheduler.Now;

        public IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action) =>
            scheduler.Schedule(state, action);

        public IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action) =>
            scheduler.Schedule(state, dueTime, action);

        public IDisposable Schedule<TState>(TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action)
        {
            Absolute++;
            return scheduler.Schedule(state, dueTime, action);
        }

        public object? GetService(Type serviceType) => ((IServiceProvider)scheduler).GetService(serviceType);
    }
}
