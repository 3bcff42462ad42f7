using Rx.Vm.Devices;
using Rx.Vm.Machines;
using Rx.Vm.Pods.Folds;

namespace Rx.Vm.Fold;

// After an event: tallies go up and words come down until nothing moves. It ends because words only rise: a node hears few of them in its
// life, leaves hear nothing else, and a parent's tally changes only when a child has moved.
internal ref partial struct Draft
{
    /// <summary>More rounds than any search has seen: more would be an endless loop.</summary>
    public const int MaxRounds = 40;

    /// <summary>Lets all nodes hear of one another, answers whom there is something to tell, and takes out what is over.</summary>
    public void Settle()
    {
        do
        {
            for (var rounds = 0; Pass(); rounds++)
            {
                if (rounds == MaxRounds)
                {
                    throw new InvalidOperationException("The levels of the tree never come to rest.");
                }
            }

            Answer();
            Collect();
        }
        while (BeginNext());
    }

    private bool Pass()
    {
        Span<Tally> below = stackalloc Tally[TreeLimits.MaxContainers + 1];
        var moved = false;
        var own = Devices(below);
        var containers = Containers(below, ref moved);
        moved |= Set(new Transition<PodCore>(PodFold.Hear(Pod, MachineFold.Word(Machine), containers, own)));
        moved |= Set(new Transition<MachineCore>(MachineFold.Hear(Machine, PodFold.Tells(Pod))));
        moved |= Set(new Transition<PodCore>(PodFold.Hear(Pod, MachineFold.Word(Machine), containers, own)));
        Containers(below, ref moved);
        moved |= TellDevices();
        moved |= TellSessions();
        return moved;
    }

    // The tallies of the containers' devices, by the containers' places; returned that of the pod's own.
    private readonly Tally Devices(scoped Span<Tally> below)
    {
        var own = Tally.None;
        for (var i = 0; i < _devices.Count; i++)
        {
            var device = _devices[i];
            var tally = DeviceFold.Tells(device.Core);
            if (device.Owner == 0)
            {
                own |= tally;
            }
            else
            {
                below[PlaceOf(device.Owner)] |= tally;
            }
        }

        return own;
    }

    private Tally Containers(scoped Span<Tally> below, ref bool moved)
    {
        var word = PodFold.ToContainers(Pod);
        var all = Tally.None;
        for (var i = 0; i < _containers.Count; i++)
        {
            moved |= Set(i, new Transition<ContainerCore>(ContainerFold.Hear(_containers[i].Core, word, below[i])));
            all |= ContainerFold.Tells(_containers[i].Core);
        }

        return all;
    }

    // In reverse: a device is let go only when no later one of its owner is in the machine any more.
    private bool TellDevices()
    {
        Span<bool> laterHolds = stackalloc bool[TreeLimits.MaxContainers + 1];
        var moved = false;
        for (var i = _devices.Count - 1; i >= 0; i--)
        {
            var place = _devices[i].Owner == 0 ? TreeLimits.MaxContainers : PlaceOf(_devices[i].Owner);
            var word = _devices[i].Owner == 0 ? PodFold.ToDevices(Pod) : ContainerFold.ToDevices(_containers[place].Core);
            moved |= Set(i, DeviceFold.Hear(_devices[i].Core, word == DeviceWord.Drop && laterHolds[place] ? DeviceWord.Halt : word));
            laterHolds[place] |= DeviceFold.Holds(_devices[i].Core);
        }

        return moved;
    }

    private bool TellSessions()
    {
        var moved = false;
        for (var i = 0; i < _sessions.Count; i++)
        {
            var open = ContainerFold.OpenForSessions(_containers[PlaceOf(_sessions[i].Container)].Core);
            moved |= Set(i, new Transition<SessionCore>(SessionFold.Hear(_sessions[i].Core, open)));
        }

        return moved;
    }

    private void Collect()
    {
        for (var i = _sessions.Count - 1; i >= 0; i--)
        {
            if (_sessions[i].Core.Over)
            {
                _sessions.RemoveAt(i);
            }
        }

        for (var i = _devices.Count - 1; i >= 0; i--)
        {
            if (_devices[i].Core.Phase == DevicePhase.Released)
            {
                _devices.RemoveAt(i);
            }
        }

        // Of what is removed nothing is left: neither devices nor sessions.
        for (var i = _containers.Count - 1; i >= 0; i--)
        {
            if (_containers[i].Core.Phase == ContainerPhase.Removed)
            {
                _containers.RemoveAt(i);
            }
        }
    }

    private readonly int PlaceOf(int container)
    {
        var (low, high) = (0, _containers.Count - 1);
        while (low < high)
        {
            var middle = low + high >>> 1;
            (low, high) = _containers[middle].Id < container ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private readonly int ContainerAt(int id)
    {
        var place = PlaceOf(id);
        return place < _containers.Count && _containers[place].Id == id ? place : -1;
    }

    private readonly int DeviceAt(int id)
    {
        for (var i = 0; i < _devices.Count; i++)
        {
            if (_devices[i].Id == id)
            {
                return i;
            }
        }

        return -1;
    }

    private readonly int SessionAt(int id)
    {
        for (var i = 0; i < _sessions.Count; i++)
        {
            if (_sessions[i].Id == id)
            {
                return i;
            }
        }

        return -1;
    }
}
