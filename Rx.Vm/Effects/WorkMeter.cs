using System.Collections.Immutable;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Effects;

/// <summary>
/// Tells whether the machine's process was at work while a limit ran. On a host that is busy with other things, one that gets little
/// of a processor uses what it gets; one that is stuck uses nothing.
/// </summary>
internal sealed class WorkMeter(MachineConnection connection)
{
    // Of one processor. A guest that is stuck uses next to nothing, one of a hundred that fight over two processors a fiftieth. What the
    // emulator's own start takes passes for work once.
    private const double AtWork = 0.01;

    private readonly Lock _gate = new();
    private readonly Dictionary<long, TimeSpan> _begun = [];
    private ImmutableArray<Deadline> _seen = [];

    /// <summary>Follows the fold: what the process has used when a limit begins.</summary>
    public void Follow(VmStep step)
    {
        var deadlines = step.Fold.Deadlines;
        if (deadlines == _seen)
        {
            return;
        }

        lock (_gate)
        {
            _seen = deadlines;
            foreach (var ended in _begun.Keys.Where(id => !deadlines.Any(d => d.Id == id)).ToArray())
            {
                _begun.Remove(ended);
            }

            foreach (var deadline in deadlines.Where(d => d.MayExtend && !_begun.ContainsKey(d.Id)))
            {
                _begun.Add(deadline.Id, Used() ?? TimeSpan.Zero);
            }
        }
    }

    /// <summary>Whether the process was at work all the while; asked when the time of <paramref name="deadline"/> is over.</summary>
    public bool WasAtWork(Deadline deadline)
    {
        lock (_gate)
        {
            return deadline.MayExtend && _begun.TryGetValue(deadline.Id, out var begun)
                && Used() is { } used && used - begun >= AtWork * deadline.After;
        }
    }

    // A machine is a plug-in: one that can't tell was not at work.
    private TimeSpan? Used()
    {
        try
        {
            return connection.Machine?.ProcessorTime;
        }
        catch (Exception)
        {
            return null;
        }
    }
}
