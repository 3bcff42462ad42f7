using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using BenchmarkDotNet.Attributes;
using Rx.Vm.Lifecycle;
using Rx.Vm.Reactive;
using Serilog.Core;

namespace Rx.Benchmarks;

/// <summary>What the door in front of the fold costs: posting through the inbox, and through the whole pipeline with observers. The floor calls
/// the fold.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class InboxFold
{
    private const int EventsPerLife = 17;

    private readonly VmEvent[] _events = Life.Events();
    private readonly VmStep _initial = VmFold.Initial("vm", KeepMode.None, new VmTimeouts());

    /// <summary>How many observers of the states there are.</summary>
    [Params(1, 8)]
    public int Observers { get; set; }

    /// <summary>A loop around the fold, observers called by hand.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = EventsPerLife)]
    public long Loop()
    {
        var step = _initial;
        long sum = 0;
        foreach (var e in _events)
        {
            step = VmFold.Step(step, e, TimeSpan.Zero);
            for (var i = 0; step.Published && i < Observers; i++)
            {
                sum += step.Fold.State.Sequence;
            }
        }

        return sum;
    }

    /// <summary>Inbox and Scan, observers subscribed to the states.</summary>
    [Benchmark(OperationsPerInvoke = EventsPerLife)]
    public long InboxAndScan()
    {
        var inbox = new Inbox<VmEvent>(4096, () => new VmEvent(VmEventKind.InboxOverflowed), _ => false);
        long sum = 0;
        var states = inbox.Scan(_initial, (step, e) => VmFold.Step(step, e, TimeSpan.Zero)).Publish();
        for (var i = 0; i < Observers; i++)
        {
            states.Where(step => step.Published).Subscribe(step => sum += step.Fold.State.Sequence);
        }

        using var connection = states.Connect();
        foreach (var e in _events)
        {
            inbox.OnNext(e);
        }

        return sum;
    }

    /// <summary>The pipeline a machine has: isolated fan-out, deadlines, answers, effects.</summary>
    [Benchmark(OperationsPerInvoke = EventsPerLife)]
    public long Pipeline()
    {
        var notify = new HistoricalScheduler();
        using var pipeline = new VmPipeline(
            _initial, new VmSchedulers(new HistoricalScheduler(), notify), new ObserverReport(Logger.None), inline: true);
        long sum = 0;
        for (var i = 0; i < Observers; i++)
        {
            pipeline.States.Subscribe(state => sum += state.Sequence);
        }

        var door = new Subject<VmEvent>();
        pipeline.Connect(new VmSources { Requests = door }, new CommandLedger(true), new StepWork());
        foreach (var e in _events)
        {
            door.OnNext(e);
        }

        notify.Start();

        return sum;
    }
}
