using System.Reactive.Subjects;
using BenchmarkDotNet.Attributes;
using Rx.Vm.Lifecycle;
using Rx.Vm.Reactive;
using Serilog.Core;

namespace Rx.Benchmarks;

/// <summary>What one event costs a machine that stands, through its whole pipeline with one observer: one that is stale and changes nothing, and a
/// sign of life that renews a deadline.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class PipelineTurn : IDisposable
{
    private readonly VmEvent _stale = new(VmEventKind.DeadlineElapsed) { Operand = (int)DeadlineKind.Boot, Token = 1 };
    private readonly VmEvent _alive = new(VmEventKind.PingAcked);
    private readonly Subject<VmEvent> _door = new();
    private readonly VmPipeline _pipeline;
    private long _seen;

    /// <summary>A machine whose pod runs.</summary>
    public PipelineTurn()
    {
        _pipeline = new VmPipeline(
            VmFold.Initial("vm", KeepMode.None, new VmTimeouts()), VmSchedulers.Real, new ObserverReport(Logger.None), inline: true);
        _pipeline.States.Subscribe(state => _seen = state.Sequence);
        _pipeline.Connect(new VmSources { Requests = _door }, new CommandLedger(true), new StepWork());
        foreach (var e in Life.Events().TakeWhile(_ => _pipeline.Current.Phase != VmPhase.Running))
        {
            _door.OnNext(e);
        }
    }

    /// <summary>A deadline of an earlier state.</summary>
    [Benchmark]
    public void Stale() => _door.OnNext(_stale);

    /// <summary>A pong.</summary>
    [Benchmark]
    public void Alive() => _door.OnNext(_alive);

    /// <inheritdoc/>
    [GlobalCleanup]
    public void Dispose()
    {
        GC.KeepAlive(_seen);
        _pipeline.Dispose();
        GC.SuppressFinalize(this);
    }
}
