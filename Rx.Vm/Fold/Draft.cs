using System.Collections.Immutable;
using Rx.Vm.Devices;
using Rx.Vm.Machines;
using Rx.Vm.Pods.Folds;

namespace Rx.Vm.Fold;

/// <summary>
/// The next state while it is being made: the old one, copied where it is written to. Each change of a core brings the operations of that
/// node into line at once, so that what was wanted, unwanted and wanted again within one step begins anew.
/// </summary>
internal ref partial struct Draft
{
    private readonly State _before;
    private readonly Payload? _words;
    private Rows<ContainerNode> _containers;
    private Rows<DeviceNode> _devices;
    private Rows<SessionNode> _sessions;
    private Rows<RequestNode> _requests;
    private Rows<Op> _ops;
    private long _nextOp;
    private int _nextNode;
    private Payload? _evidence;
    private Payload.Pod? _plan;
    private ImmutableArray<ExitStatus> _exits;
    private string? _process;
    private ImmutableArray<TreeAnswer> _answers = [];
    private bool _touched;

    /// <summary>Begins with <paramref name="before"/>.</summary>
    public Draft(State before, Payload? words)
    {
        (_before, _words, _evidence) = (before, words, before.Evidence);
        (_plan, _exits, _process) = (before.Plan, before.Exits, before.Process);
        (Machine, Pod, _nextOp, _nextNode) = (before.Machine, before.Pod, before.NextOp, before.NextNode);
        (_containers, _devices) = (new(before.Containers), new(before.Devices));
        (_sessions, _requests, _ops) = (new(before.Sessions), new(before.Requests), new(before.Ops));
    }

    /// <summary>The machine.</summary>
    public MachineCore Machine { get; private set; }

    /// <summary>Its pod.</summary>
    public PodCore Pod { get; private set; }

    /// <summary>Whether anything has changed.</summary>
    public readonly bool IsTouched => _touched;

    /// <summary>The step that was made.</summary>
    public readonly Step ToStep(in Event e) => new(_touched ? ToState() : _before, _before, e, _answers);

    private readonly State ToState() => new()
    {
        Machine = Machine,
        Pod = Pod,
        Plan = _plan,
        Exits = _exits,
        Process = _process,
        Containers = _containers.ToArray(),
        Devices = _devices.ToArray(),
        Sessions = _sessions.ToArray(),
        Requests = _requests.ToArray(),
        Ops = _ops.ToArray(),
        NextOp = _nextOp,
        NextNode = _nextNode,
        Evidence = _evidence,
    };

    private bool Set(in Transition<MachineCore> t)
    {
        var before = Machine;
        if (t.Next == before && t.Renew.IsEmpty)
        {
            return false;
        }

        (Machine, _touched) = (t.Next, true);
        _evidence = t.Next.Reason == before.Reason ? _evidence : _words;
        Reconcile(new(Level.Machine), MachineFold.Wanted(before), MachineFold.Wanted(t.Next), t.Renew);
        if (MachineFold.Masks(before) != MachineFold.Masks(t.Next))
        {
            Remask(MachineFold.Masks(t.Next));
        }

        return true;
    }

    private bool Set(in Transition<PodCore> t)
    {
        var before = Pod;
        if (t.Next == before && t.Renew.IsEmpty)
        {
            return false;
        }

        (Pod, _touched) = (t.Next, true);
        if (t.Next is { Phase: PodPhase.Cleaning, Outcome: PodOutcome.Done } && before.Phase != PodPhase.Cleaning)
        {
            KeepExits();
        }

        Below(new(Level.Pod), PodFold.Wanted(before), PodFold.Wanted(t.Next), t.Renew);
        return true;
    }

    private bool Set(int index, in Transition<ContainerCore> t)
    {
        var node = _containers[index];
        if (t.Next == node.Core && t.Renew.IsEmpty)
        {
            return false;
        }

        _containers.Set(index, node with { Core = t.Next });
        _touched = true;
        Below(new(Level.Container, node.Id), ContainerFold.Wanted(node.Core), ContainerFold.Wanted(t.Next), t.Renew);
        return true;
    }

    private bool Set(int index, in Transition<DeviceCore> t)
    {
        var node = _devices[index];
        if (t.Next == node.Core && t.Renew.IsEmpty)
        {
            return false;
        }

        _devices.Set(index, node with { Core = t.Next });
        _touched = true;
        Below(new(Level.Device, node.Id), DeviceFold.Wanted(node.Core), DeviceFold.Wanted(t.Next), t.Renew);
        return true;
    }

    private bool Set(int index, in Transition<SessionCore> t)
    {
        var node = _sessions[index];
        if (t.Next == node.Core && t.Renew.IsEmpty)
        {
            return false;
        }

        _sessions.Set(index, node with { Core = t.Next });
        _touched = true;
        Below(new(Level.Session, node.Id), SessionFold.Wanted(node.Core), SessionFold.Wanted(t.Next), t.Renew);
        return true;
    }

    private bool Set(int index, RequestCore next)
    {
        var node = _requests[index];
        if (next == node.Core)
        {
            return false;
        }

        _requests.Set(index, node with { Core = next });
        _touched = true;
        Reconcile(new(Level.Request, node.Token), RequestFold.Wanted(node.Core), RequestFold.Wanted(next), default);
        return true;
    }

    // Below the machine deadlines stand still while its processors do.
    private void Below(Address target, OpSet before, OpSet after, OpSet renew)
    {
        var mask = MachineFold.Masks(Machine) ? OpSet.Deadlines : default;
        Reconcile(target, before - mask, after - mask, renew - mask);
    }

    private void Remask(bool masked)
    {
        Remask(new(Level.Pod), PodFold.Wanted(Pod), masked);
        for (var i = 0; i < _containers.Count; i++)
        {
            Remask(new(Level.Container, _containers[i].Id), ContainerFold.Wanted(_containers[i].Core), masked);
        }

        for (var i = 0; i < _devices.Count; i++)
        {
            Remask(new(Level.Device, _devices[i].Id), DeviceFold.Wanted(_devices[i].Core), masked);
        }

        for (var i = 0; i < _sessions.Count; i++)
        {
            Remask(new(Level.Session, _sessions[i].Id), SessionFold.Wanted(_sessions[i].Core), masked);
        }
    }

    // They come back in full, with ids of their own.
    private void Remask(Address target, OpSet wanted, bool masked)
    {
        var deadlines = wanted & OpSet.Deadlines;
        Reconcile(target, masked ? deadlines : default, masked ? default : deadlines, default);
    }

    private void Reconcile(Address target, OpSet before, OpSet after, OpSet renew)
    {
        var renewed = before & after & renew;
        var gone = (before - after) | renewed;
        for (var i = _ops.Count - 1; i >= 0 && !gone.IsEmpty; i--)
        {
            var op = _ops[i];
            if (op.Target == target && gone.Has(op.Kind))
            {
                _ops.RemoveAt(i);
                gone -= op.Kind;
            }
        }

        for (var come = (after - before) | renewed; !come.IsEmpty; come = come.Rest)
        {
            _ops.Add(new Op(_nextOp++, come.First, target));
        }
    }
}
