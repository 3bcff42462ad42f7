using System.Reactive.Concurrency;
using Microsoft.Reactive.Testing;
using Rx.Vm.Reactive;

namespace Rx.Vm.Tests.Teeth.Rules;

/// <summary>What the delivery to observers promises.</summary>
internal static class FanoutRules
{
    public static void EveryoneGetsEverything()
    {
        var run = new Run();
        var (first, second) = (run.Add(), run.Add());
        run.Publish(1, 2, 3);
        Assert.Equal(["1", "2", "3"], first);
        Assert.Equal(first, second);
    }

    public static void ALateObserverGetsTheLastItem()
    {
        var run = new Run();
        run.Publish(1, 2);
        var late = run.Add();
        run.Publish(3);
        Assert.Equal(["2", "3"], late);
    }

    public static void AnObserverIsCalledOnItsScheduler()
    {
        var run = new Run();
        var log = run.Add();
        run.Queue(1);
        Assert.Empty(log);
    }

    public static void ASlowObserverHasABoundedQueue()
    {
        var run = new Run(capacity: 3);
        var log = run.Add();
        run.Queue(1, 2, 3, 4, 5);
        run.Scheduler.Start();
        Assert.InRange(log.Count, 1, 3);
    }

    public static void ASlowObserverLosesItsOldest()
    {
        var run = new Run(capacity: 3);
        var log = run.Add();
        run.Queue(1, 2, 3, 4, 5);
        run.Scheduler.Start();
        Assert.Equal(["3", "4", "5"], log);
    }

    public static void AThrowerHarmsNobodyElse()
    {
        var run = new Run();
        var before = run.Add();
        run.Fanout.Subscribe(_ => throw new InvalidOperationException("bad"));
        var after = run.Add();
        Assert.Null(Record.Exception(() => run.Publish(1, 2)));
        Assert.Equal(["1", "2"], before);
        Assert.Equal(before, after);
    }

    public static void AThrowerIsReported()
    {
        var run = new Run();
        run.Fanout.Subscribe(_ => throw new InvalidOperationException("bad"));
        run.Publish(1, 2);
        Assert.Equal(["bad"], run.Reported);
    }

    public static void TheEndComesBehindTheItems()
    {
        var run = new Run();
        var log = run.Add();
        run.Queue(1, 2);
        run.Fanout.Complete();
        run.Scheduler.Start();
        Assert.Equal(["1", "2", "end"], log);
    }

    public static void ALateObserverGetsTheEnd()
    {
        var run = new Run();
        run.Publish(1);
        run.Fanout.Complete();
        var log = run.Add();
        run.Scheduler.Start();
        Assert.Equal(["1", "end"], log);
    }

    public static void NothingComesAfterTheEnd()
    {
        var run = new Run();
        run.Publish(1);
        run.Fanout.Complete();
        run.Publish(2);
        var log = run.Add();
        run.Scheduler.Start();
        Assert.DoesNotContain("2", log);
    }

    public static void CallsDoNotNest()
    {
        var fanout = new Fanout<int>(ImmediateScheduler.Instance, 16, replayLast: false, _ => { });
        var (inside, most) = (0, 0);
        fanout.Subscribe(item =>
        {
            most = Math.Max(most, ++inside);
            if (item < 3)
            {
                fanout.Publish(item + 1);
            }

            inside--;
        });
        fanout.Publish(1);
        Assert.Equal(1, most);
    }

    public static void DisposalIsHeeded()
    {
        var run = new Run();
        var log = new List<int>();
        var subscription = run.Fanout.Subscribe(log.Add);
        run.Queue(1);
        subscription.Dispose();
        run.Scheduler.Start();
        Assert.Empty(log);
    }

    private sealed class Run
    {
        public Run(int capacity = 16) => Fanout = new(Scheduler, capacity, replayLast: true, e => Reported.Add(e.Message));

        public TestScheduler Scheduler { get; } = new();

        public Fanout<int> Fanout { get; }

        public List<string> Reported { get; } = [];

        public List<string> Add()
        {
            var log = new List<string>();
            Fanout.Subscribe(item => log.Add($"{item}"), () => log.Add("end"));
            return log;
        }

        public void Queue(params int[] items) => Array.ForEach(items, Fanout.Publish);

        public void Publish(params int[] items)
        {
            foreach (var item in items)
            {
                Fanout.Publish(item);
                Scheduler.Start();
            }
        }
    }
}
