using DynamicData;
using Rx.Vm.Guest;
using Rx.Vm.Lifecycle;
using Serilog;

namespace Rx.Vm.Fleet;

/// <summary>The states of a host's machines as change sets: one item a machine, from its first state until it has gone.</summary>
/// <remarks>
/// Fed by a subscription to each machine's states, so a slow follower delays the fleet and never a machine; the states between two
/// deliveries are dropped oldest first, as for any observer. An id that is free again may be another machine's before the last words of the
/// one before have been delivered: the newest machine of an id owns its item, and nothing else changes it.
/// </remarks>
internal sealed class VmFleet : IDisposable
{
    private readonly SourceCache<VmState, string> _states = new(state => state.VmId);
    private readonly Dictionary<string, object> _owners = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly ILogger _log;
    private readonly OneShot<bool> _told;

    // The machines that are shown, and the host until it closes.
    private int _open = 1;
    private int _closing;

    public VmFleet(ILogger log, bool inline)
    {
        _log = log;
        _told = new(inline);
        States = new FleetView(_states, fault => log.Warning(fault, "A follower of the fleet failed and was dropped"));
    }

    /// <summary>The fleet for followers.</summary>
    public IObservableCache<VmState, string> States { get; }

    /// <summary>Gives the item of an id to a machine that is about to be shown.</summary>
    public void Give(string id, object machine)
    {
        lock (_gate)
        {
            _owners[id] = machine;
        }
    }

    /// <summary>Shows a machine, from now to its end.</summary>
    /// <param name="id">The machine's id.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="states">Its states.</param>
    public void Show(string id, object machine, IObservable<VmState> states)
    {
        var isNew = true;
        Interlocked.Increment(ref _open);
        states.Subscribe(
            state => Edit(id, machine, fleet =>
            {
                if (isNew)
                {
                    // What is left of the machine that had this id before.
                    fleet.Remove(id);
                }

                isNew = false;
                fleet.AddOrUpdate(state);
            }),
            () =>
            {
                Edit(id, machine, fleet =>
                {
                    fleet.Remove(id);
                    lock (_gate)
                    {
                        _owners.Remove(id);
                    }
                });
                Leave();
            });
    }

    /// <summary>No machine is shown any more from now on. Completes when followers have been told that the last one has gone; await it
    /// once.</summary>
    public Task ToldAsync()
    {
        var told = _told.Task;
        if (Interlocked.Exchange(ref _closing, 1) == 0)
        {
            Leave();
        }

        return told;
    }

    /// <inheritdoc/>
    public void Dispose() => _states.Dispose();

    private void Leave()
    {
        if (Interlocked.Decrement(ref _open) == 0)
        {
            _told.TrySetResult(true);
        }
    }

    private void Edit(string id, object machine, Action<ISourceUpdater<VmState, string>> edit)
    {
        try
        {
            _states.Edit(fleet =>
            {
                if (Owns(id, machine))
                {
                    edit(fleet);
                }
            });
        }
        catch (Exception fault)
        {
            // The cache's own; followers are behind the view, which keeps what they throw.
            _log.Warning(fault, "The fleet could not be brought up to date");
        }
    }

    private bool Owns(string id, object machine)
    {
        lock (_gate)
        {
            return _owners.TryGetValue(id, out var owner) && owner == machine;
        }
    }
}
