using DynamicData;
using Rx.Vm.Lifecycle;
using Serilog;

namespace Rx.Vm.Fleet;

/// <summary>The states of a host's machines as change sets: one item a machine, from its first state until it has gone.</summary>
/// <remarks>
/// Fed by a subscription to each machine's states, so a slow follower delays the fleet and never a machine; the states between two
/// deliveries are dropped oldest first, as for any observer.
/// </remarks>
internal sealed class VmFleet(ILogger log) : IDisposable
{
    private readonly SourceCache<VmState, string> _states = new(state => state.VmId);

    /// <summary>The fleet for followers.</summary>
    public IObservableCache<VmState, string> States => _states;

    /// <summary>Shows a machine, from now to its end.</summary>
    /// <param name="states">The machine's states.</param>
    /// <param name="onGone">Called when it has gone, before it leaves the fleet.</param>
    /// <param name="id">The machine.</param>
    public void Show(string id, IObservable<VmState> states, Action onGone) => states.Subscribe(
        state => Edit(() => _states.AddOrUpdate(state)),
        () =>
        {
            onGone();
            Edit(() => _states.Remove(id));
        });

    /// <inheritdoc/>
    public void Dispose() => _states.Dispose();

    // A follower that throws has lost its subscription; that must be all (F28).
    private void Edit(Action edit)
    {
        try
        {
            edit();
        }
        catch (Exception fault)
        {
            log.Warning(fault, "A follower of the fleet failed and was dropped");
        }
    }
}
