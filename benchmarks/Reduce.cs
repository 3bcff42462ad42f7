using BenchmarkDotNet.Attributes;
using Rx.Vm.Lifecycle;

namespace Rx.Benchmarks;

/// <summary>
/// One event through the pure reducer, and through the fold around it (published state, deadlines, answers). The floor is what no reducer
/// can beat: a table look-up per event.
/// </summary>
[MemoryDiagnoser]
[ShortRunJob]
public class Reduce
{
    private const int EventsPerLife = 17;

    private readonly VmInput[] _inputs = Life.Inputs();
    private readonly VmEvent[] _events = Life.Events();
    private readonly VmStep _initial = VmFold.Initial("vm", KeepMode.None, new VmTimeouts());
    private readonly byte[] _table = Table();

    /// <summary>A table of phases alone: no flags, devices, deadlines or effects.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = EventsPerLife)]
    public int TableFloor()
    {
        var phase = 0;
        foreach (var input in _inputs)
        {
            phase = _table[phase * 64 + (int)input.Kind];
        }

        return phase;
    }

    /// <summary>The reducer.</summary>
    [Benchmark(OperationsPerInvoke = EventsPerLife)]
    public VmPhase Reducer()
    {
        var core = default(VmCore);
        foreach (var input in _inputs)
        {
            core = VmReducer.Reduce(core, input).Next;
        }

        return core.Phase;
    }

    /// <summary>The reducer with everything a host needs around it.</summary>
    [Benchmark(OperationsPerInvoke = EventsPerLife)]
    public VmState Fold()
    {
        var step = _initial;
        foreach (var e in _events)
        {
            step = VmFold.Step(step, e, TimeSpan.Zero);
        }

        return step.Fold.State;
    }

    private static byte[] Table()
    {
        var table = new byte[16 * 64];
        var core = default(VmCore);
        foreach (var input in Life.Inputs())
        {
            var next = VmReducer.Reduce(core, input).Next;
            table[(int)core.Phase * 64 + (int)input.Kind] = (byte)next.Phase;
            core = next;
        }

        return table;
    }
}
