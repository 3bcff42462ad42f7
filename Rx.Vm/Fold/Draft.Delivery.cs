using System.Runtime.InteropServices;
using Rx.Vm.Devices;
using Rx.Vm.Machines;
using Rx.Vm.Pods.Folds;

namespace Rx.Vm.Fold;

// An event goes to its owner. Who is unknown, or has gone, is not made by it: a guest cannot create nodes.
internal ref partial struct Draft
{
    /// <summary>The operation <paramref name="op"/> has ended.</summary>
    public void End(in Op op, in Event e)
    {
        var input = e.Input;
        switch (op.Target.Level)
        {
            case Level.Machine:
                if (Set(MachineFold.Reduce(Machine, input)) && op.Kind == OpKind.Launch && input.Ok)
                {
                    _process = (e.Payload as Payload.Words)?.Text;
                }

                break;
            case Level.Pod:
                Set(PodFold.Reduce(Pod, input));
                break;
            case Level.Container when ContainerAt((int)op.Target.Id) is >= 0 and var at:
                Set(at, ContainerFold.Reduce(_containers[at].Core, input));
                Keep(at, e.Payload as Payload.Exit);
                break;
            case Level.Device when DeviceAt((int)op.Target.Id) is >= 0 and var at:
                Set(at, DeviceFold.Reduce(_devices[at].Core, input));
                Keep(at, e.Payload as Payload.Leased);
                break;
            case Level.Session when SessionAt((int)op.Target.Id) is >= 0 and var at:
                Set(at, SessionFold.Reduce(_sessions[at].Core, input));
                break;
            case Level.Request when RequestAt(op.Target.Id) is >= 0 and var at:
                Set(at, RequestFold.Reduce(_requests[at].Core, input).Next);
                Abandon(_requests[at]);
                break;
        }
    }

    /// <summary>Something was seen.</summary>
    public void See(in Event e)
    {
        switch (e.Input.Fact)
        {
            case FactKind.ContainerExited:
                if (ContainerAt(e.Target) is >= 0 and var container && Set(container, ContainerFold.Reduce(_containers[container].Core, e.Input)))
                {
                    Keep(container, e.Payload as Payload.Exit);
                }

                break;
            case FactKind.SessionExited:
                if (SessionAt(e.Target) is >= 0 and var session)
                {
                    Set(session, SessionFold.Reduce(_sessions[session].Core, e.Input));
                }

                break;
            case FactKind.GuestReady:
                if (Set(MachineFold.Reduce(Machine, e.Input)))
                {
                    MeetGuest(e);
                }

                break;
            default:
                Set(MachineFold.Reduce(Machine, e.Input));
                break;
        }
    }

    /// <summary>The runtime itself has failed.</summary>
    public void Break(in Event e) => Set(MachineFold.Reduce(Machine, e.Input));

    // A guest that starts all containers together starts none of them again.
    private void MeetGuest(in Event e)
    {
        Set(PodFold.Reduce(Pod, e.Input));
        for (var i = 0; i < _containers.Count && Pod.AllAtOnce; i++)
        {
            Set(i, new Transition<ContainerCore>(_containers[i].Core with { Policy = RestartPolicy.Never }));
        }
    }

    private void Keep(int container, Payload.Exit? exit)
    {
        if (exit is not null)
        {
            _containers.Set(container, _containers[container] with { Exit = exit.Status });
        }
    }

    // Before the containers are removed one after the other. One that never ran has no exit.
    private void KeepExits()
    {
        var exits = new ExitStatus[_containers.Count];
        for (var i = 0; i < exits.Length; i++)
        {
            exits[i] = _containers[i].Exit ?? ExitStatus.Unknown;
        }

        _exits = _containers.Count > 0 && Pod.Ran ? ImmutableCollectionsMarshal.AsImmutableArray(exits) : [];
    }

    private void Keep(int device, Payload.Leased? leased)
    {
        if (leased is not null)
        {
            _devices.Set(device, _devices[device] with { Lease = leased.Lease });
        }
    }

    // Nobody would ever hear of what was to be started: a process is ended, and a pod that waits for the cleaning does not begin.
    private void Abandon(in RequestNode request)
    {
        var input = new Input(InputFamily.Abandoned);
        if (request.Core is { Kind: RequestKind.Exec, Verdict: Verdict.TimedOut } && SessionAt(request.Target) is >= 0 and var at)
        {
            Set(at, SessionFold.Reduce(_sessions[at].Core, input));
        }
        else if (request.Core is { Kind: RequestKind.RunPod, Verdict: Verdict.TimedOut })
        {
            Set(PodFold.Reduce(Pod, input));
        }
    }
}
