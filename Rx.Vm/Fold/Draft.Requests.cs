using System.Collections.Immutable;
using Rx.Vm.Lifecycle;
using Rx.Vm.Machines;
using Rx.Vm.Pods.Folds;

namespace Rx.Vm.Fold;

// Requests: at the door, while they wait, and their one answer.
internal ref partial struct Draft
{
    /// <summary>A request comes in: it is turned down, or it waits. A token that waits already is not heard twice.</summary>
    public void Ask(in Event e)
    {
        if (RequestAt(e.Token) >= 0)
        {
            return;
        }

        var denial = _requests.Count >= TreeLimits.MaxRequests && e.Input.Asked is not (RequestKind.Shutdown or RequestKind.Kill)
            ? Denial.TooMany
            : e.Input.Asked switch
            {
                RequestKind.Boot or RequestKind.Shutdown or RequestKind.Kill or RequestKind.Pause or RequestKind.Resume => AskMachine(e, 0),
                RequestKind.RunPod or RequestKind.StopPod => AskPod(e),
                RequestKind.AddContainer => AskForContainer(e),
                RequestKind.RemoveContainer or RequestKind.RestartContainer => AskContainer(e),
                RequestKind.Exec => AskForSession(e),
                RequestKind.Call => AskInside(e),
                RequestKind.None => Denial.Unknown,
            };
        if (denial != Denial.None)
        {
            _answers = _answers.Add(new(e.Token, Verdict.Refused, e.Target, denial));
        }
    }

    private Denial AskMachine(in Event e, int target)
    {
        var machine = MachineFold.Reduce(Machine, e.Input);
        return machine.Refused != Denial.None ? machine.Refused : Admit(e, target, machine);
    }

    private Denial AskPod(in Event e)
    {
        if (e.Input.Asked == RequestKind.RunPod && TreeLimits.Trouble(e.Payload as Payload.Pod) is var trouble && trouble != Denial.None)
        {
            return trouble;
        }

        var machine = MachineFold.Reduce(Machine, e.Input);
        var pod = PodFold.Reduce(Pod, e.Input);
        if (machine.Refused != Denial.None || pod.Refused != Denial.None)
        {
            return machine.Refused != Denial.None ? machine.Refused : pod.Refused;
        }

        Set(pod);
        if (pod.Next.Phase == PodPhase.Waiting)
        {
            Populate((Payload.Pod)e.Payload!);
        }

        return Admit(e, 0, machine);
    }

    private readonly Denial Door(in Event e)
    {
        var machine = MachineFold.Reduce(Machine, e.Input).Refused;
        return machine != Denial.None ? machine : PodFold.Reduce(Pod, e.Input).Refused;
    }

    private Denial AskForContainer(in Event e)
    {
        var denial = Door(e);
        if (denial != Denial.None || e.Payload is not Payload.Container asked)
        {
            return denial != Denial.None ? denial : Denial.Unsupported;
        }

        if (_containers.Count >= TreeLimits.MaxContainers || _devices.Count + asked.Plan.Devices.Length > TreeLimits.MaxDevices)
        {
            return _containers.Count >= TreeLimits.MaxContainers ? Denial.TooMany : Denial.TooManyDevices;
        }

        return Admit(e, Add(asked.Plan, late: true), new(Machine));
    }

    private Denial AskContainer(in Event e)
    {
        var denial = Door(e);
        var at = ContainerAt(e.Target);
        if (denial != Denial.None || at < 0)
        {
            return denial != Denial.None ? denial : Denial.Unknown;
        }

        var container = ContainerFold.Reduce(_containers[at].Core, e.Input);
        if (container.Refused != Denial.None)
        {
            return container.Refused;
        }

        Set(at, container);
        return Admit(e, e.Target, new(Machine));
    }

    private Denial AskForSession(in Event e)
    {
        var denial = Door(e);
        var at = ContainerAt(e.Target);
        if (denial == Denial.None)
        {
            denial = at < 0 ? Denial.Unknown
                : e.Payload is not Payload.Process ? Denial.Unsupported
                : _sessions.Count >= TreeLimits.MaxSessions ? Denial.TooMany
                : ContainerFold.Reduce(_containers[at].Core, e.Input).Refused;
        }

        if (denial != Denial.None)
        {
            return denial;
        }

        var session = new SessionNode(_nextNode++, e.Target, default, (Payload.Process)e.Payload!);
        _sessions.Add(session);
        Below(new(Level.Session, session.Id), default, SessionFold.Wanted(session.Core), default);
        return Admit(e, session.Id, new(Machine));
    }

    private Denial AskInside(in Event e)
    {
        var denial = Door(e);
        if (denial != Denial.None)
        {
            return denial;
        }

        var (container, session) = (ContainerAt(e.Target), SessionAt(e.Target));
        denial = container >= 0 ? ContainerFold.Reduce(_containers[container].Core, e.Input).Refused
            : session >= 0 ? SessionFold.Reduce(_sessions[session].Core, e.Input).Refused
            : Denial.Unknown;
        return denial != Denial.None ? denial : Admit(e, e.Target, new(Machine));
    }

    private Denial Admit(in Event e, int target, in Transition<MachineCore> machine)
    {
        Set(machine);
        var core = new RequestCore { Kind = e.Input.Asked };
        _requests.Add(new(e.Token, target, core, e.Within, e.Payload));
        _touched = true;
        Reconcile(new(Level.Request, e.Token), default, RequestFold.Wanted(core), default);
        return Denial.None;
    }

    // A pod that waited for the cleaning begins, once everybody has been told how the one before it came out.
    private bool BeginNext()
    {
        if (Pod is not { Phase: PodPhase.None, Next: true })
        {
            return false;
        }

        Set(PodFold.Reduce(Pod, Input.Of(RequestKind.RunPod)));
        for (var i = 0; i < _requests.Count; i++)
        {
            if (_requests[i] is { Core.Kind: RequestKind.RunPod, Arguments: Payload.Pod plan })
            {
                Populate(plan);
            }
        }

        return true;
    }

    private void Populate(Payload.Pod plan)
    {
        (_plan, _exits) = (plan, []);
        Add(0, plan.Devices);
        foreach (var container in plan.Containers)
        {
            Add(container, late: false);
        }
    }

    private int Add(ContainerPlan plan, bool late)
    {
        var policy = Pod.AllAtOnce ? RestartPolicy.Never : plan.Restart;
        var node = new ContainerNode(_nextNode++, new ContainerCore { Policy = policy, Late = late }, plan.Spec);
        _containers.Add(node);
        Add(node.Id, plan.Devices);
        return node.Id;
    }

    private void Add(int owner, ImmutableArray<DeviceSpec> devices)
    {
        foreach (var spec in devices)
        {
            _devices.Add(new(_nextNode++, owner, default, spec));
        }
    }

    private void Answer()
    {
        for (var i = 0; i < _requests.Count;)
        {
            var request = _requests[i];
            Set(i, RequestFold.Hear(request.Core, Look(request)));
            var verdict = _requests[i].Core.Verdict;
            if (verdict == Verdict.Open)
            {
                i++;
                continue;
            }

            _answers = _answers.Add(ToAnswer(request, verdict));
            _requests.RemoveAt(i);
        }
    }

    // The guest's words to a call are its answer; else the words are about the cause: the machine's own, or what has just been said.
    private readonly TreeAnswer ToAnswer(in RequestNode request, Verdict verdict)
    {
        if (request.Core.Kind == RequestKind.Call && verdict is Verdict.Done or Verdict.Failed)
        {
            return new(request.Token, verdict, request.Target, Payload: _words);
        }

        var reason = verdict is Verdict.Failed or Verdict.Gone ? Reason(request) : VmReason.None;
        var words = reason == VmReason.None ? null : reason == Machine.Reason ? _evidence : _words as Payload.Words;
        return new(request.Token, verdict, request.Target, Denial.None, reason, words);
    }

    private readonly Outlook Look(in RequestNode request) => request.Core.Kind switch
    {
        RequestKind.RunPod => Outlooks.OfRun(Pod),
        RequestKind.StopPod => Outlooks.OfStop(Pod),
        RequestKind.AddContainer => Outlooks.OfAdd(Container(request.Target)),
        RequestKind.RemoveContainer => Outlooks.OfRemove(Container(request.Target)),
        RequestKind.RestartContainer => Outlooks.OfRestart(Container(request.Target)),
        RequestKind.Exec => Outlooks.OfExec(Session(request.Target)),
        RequestKind.Call => Container(request.Target) is { Phase: ContainerPhase.Running } || Session(request.Target) is { Phase: SessionPhase.Running }
            ? Outlook.Open
            : Outlook.Gone,
        var kind => Outlooks.Of(Machine, kind),
    };

    // A pod that failed says why; what went with the machine, the machine.
    private readonly VmReason Reason(in RequestNode request) => request.Core.Kind switch
    {
        RequestKind.RunPod or RequestKind.StopPod when Pod.Fault != PodFault.None => Pod.Fault.Reason(),
        RequestKind.AddContainer or RequestKind.RemoveContainer or RequestKind.RestartContainer
            when Container(request.Target) is { Taken: false } container => Outlooks.Reason(container),
        _ => Machine.Reason,
    };

    private readonly ContainerCore? Container(int id) => ContainerAt(id) is >= 0 and var at ? _containers[at].Core : null;

    private readonly SessionCore? Session(int id) => SessionAt(id) is >= 0 and var at ? _sessions[at].Core : null;

    private readonly int RequestAt(long token)
    {
        for (var i = 0; i < _requests.Count; i++)
        {
            if (_requests[i].Token == token)
            {
                return i;
            }
        }

        return -1;
    }
}
