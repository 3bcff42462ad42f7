using System.Reactive.Concurrency;
using Rx.Vm.Qemu;
using Rx.Vm.Testing;

namespace Rx.Vm.Tests.Testing;

/// <summary>Simulated machines whose specifications are kept, and which need what a test says they do.</summary>
internal sealed class WatchedDriver(IScheduler scheduler, MachineNeeds needs = MachineNeeds.None, bool inline = true) : IMachineDriver
{
    private readonly SimulatedDriver _machines = new(scheduler, new SimulatedSettings { InlineContinuations = inline });

    public MachineNeeds Needs => needs;

    /// <summary>What was started, in order.</summary>
    public List<MachineSpec> Started { get; } = [];

    public ValueTask<IMachine> StartAsync(MachineSpec spec, CancellationToken ct = default)
    {
        Started.Add(spec);
        return _machines.StartAsync(spec, ct);
    }

    public ValueTask<IMachine?> AttachAsync(MachineRecord record, CancellationToken ct = default) => new((IMachine?)null);
}
