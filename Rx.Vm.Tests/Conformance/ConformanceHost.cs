using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using Rx.Vm.Lifecycle;
using Rx.Vm.Qemu;

namespace Rx.Vm.Tests.Conformance;

/// <summary>
/// A host with one kept machine that the scenarios take turns with: booted once, and a new one should a scenario lose it.
/// </summary>
public abstract class ConformanceHost : IAsyncLifetime
{
    private readonly VmHostOptions _options;
    private VirtualMachine? _machine;
    private VmHost? _host;

    protected ConformanceHost(VmHostOptions options) => _options = options;

    public async ValueTask InitializeAsync() => _host = await VmHost.OpenAsync(_options);

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }

    /// <summary>The machine, ready for a pod.</summary>
    public async Task<VirtualMachine> MachineAsync(CancellationToken ct)
    {
        if (_machine is { } machine && await IdleAsync(machine, ct) is { Phase: VmPhase.Init })
        {
            return machine;
        }

        _machine = _host!.Start(new VmOptions { Keep = KeepMode.AfterFinish });
        var state = await IdleAsync(_machine, ct);
        Assert.True(state.Phase == VmPhase.Init, $"the machine did not boot: {state.Message}");
        return _machine;
    }

    /// <summary>
    /// Starts a machine in a host of its own whose process then ends without a word, and waits for what ends with it.
    /// </summary>
    /// <returns>A driver as the next host would have.</returns>
    public abstract Task<IMachineDriver> LoseHostAsync(WhenProcessDies whenProcessDies, CancellationToken ct);

    private static Task<VmState> IdleAsync(VirtualMachine machine, CancellationToken ct) =>
        machine.States.FirstAsync(s => s.Phase is VmPhase.Init or VmPhase.Gone).ToTask(ct);
}
