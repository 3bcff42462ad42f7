using System.Collections.Immutable;
using Rx.Vm.Devices;
using Rx.Vm.Fold;
using Rx.Vm.Lifecycle;
using Rx.Vm.Machines;
using Rx.Vm.Pods;
using Rx.Vm.Pods.Folds;
using Rx.Vm.Tests.Fold.Search;

namespace Rx.Vm.Tests.Fold;

/// <summary>One machine's life, told event by event; every step is judged by all laws.</summary>
internal sealed class TreeLife(bool keep = false)
{
    private long _token;

    public State State { get; private set; } = TreeFold.Initial(keep);

    public Dictionary<long, TreeAnswer> Answers { get; } = [];

    public VmPhase Phase => Faces.Of(State.Machine, State.Pod);

    public ContainerNode this[int container] => State.Containers[container];

    public IEnumerable<OpKind> Ops => State.Ops.Select(op => op.Kind);

    public static Payload.Pod Plan(int containers, int devicesEach = 1, int podDevices = 0, RestartPolicy restart = RestartPolicy.Never) => new(
        [.. Enumerable.Range(0, containers).Select(_ => Container(devicesEach, restart))], Disks(podDevices));

    public static ContainerPlan Container(int devices = 1, RestartPolicy restart = RestartPolicy.Never) =>
        new(new ContainerSpec { Image = "image", Command = ["run"] }, Disks(devices), restart);

    public TreeLife Booted(bool allAtOnce = false)
    {
        if (State.Machine.Phase == MachinePhase.Preparing)
        {
            Ask(RequestKind.Boot);
        }

        End(OpKind.Launch);
        See(FactKind.QmpConnected);
        See(FactKind.GuestReady, operand: allAtOnce ? 1 : 0);
        return this;
    }

    public TreeLife Running(int containers = 2, int devicesEach = 1, int podDevices = 0, RestartPolicy restart = RestartPolicy.Never)
    {
        Booted();
        var run = Ask(RequestKind.RunPod, payload: Plan(containers, devicesEach, podDevices, restart));
        Attach();
        EndAll(OpKind.StartContainer);
        Assert.Equal(Verdict.Done, Answers[run].Verdict);
        Assert.Equal(VmPhase.Running, Phase);
        return this;
    }

    /// <summary>Ends every step of devices that is under way, as often as there is one: in or out.</summary>
    public void Attach()
    {
        while (Ops.Any(kind => kind is >= OpKind.Reserve and <= OpKind.Release))
        {
            Step(Event.Ended(State.Ops.First(op => op.Kind is >= OpKind.Reserve and <= OpKind.Release)));
        }
    }

    public long Ask(RequestKind kind, int target = 0, Payload? payload = null, TimeSpan within = default)
    {
        Step(Event.Request(kind, ++_token, target, payload, within));
        return _token;
    }

    public long Exec(int container) => Ask(RequestKind.Exec, State.Containers[container].Id, new Payload.Process(["ls"], new ExecOptions()));

    public void End(OpKind kind, int target = 0, int status = 0, Payload? payload = null) =>
        Step(Event.Ended(State.Ops.First(op => op.Kind == kind && (target == 0 || op.Target.Id == target)), status, payload));

    public void EndAll(OpKind kind)
    {
        while (Ops.Contains(kind))
        {
            End(kind);
        }
    }

    public void See(FactKind fact, int target = 0, int operand = 0)
    {
        var seer = fact is FactKind.Queued or FactKind.Admitted ? OpKind.Launch : OpKind.Attend;
        Step(Event.Saw(fact, State.Ops.First(op => op.Kind == seer).Id, target, operand));
    }

    /// <summary>The containers end as asked, and everything after that goes well.</summary>
    public void StopWell()
    {
        EndAll(OpKind.StopContainer);
        Attach();
        if (Ops.Contains(OpKind.Rescan))
        {
            End(OpKind.Rescan);
        }
    }

    public void LeaveWell()
    {
        End(OpKind.Quit);
        End(OpKind.Attend);
        End(OpKind.ReleaseHost);
        Attach();
        Assert.Equal(VmPhase.Gone, Phase);
    }

    public Step Step(in Event e)
    {
        var step = TreeFold.Step(State, e);
        Assert.Equal(Law.None, TreeLaws.Of(step));
        Assert.Equal(Law.None, TreeLaws.Of(step.State));
        State = step.State;
        foreach (var answer in step.Answers)
        {
            Answers.Add(answer.Token, answer);
        }

        return step;
    }

    private static ImmutableArray<DeviceSpec> Disks(int count) => [.. Enumerable.Repeat(new DeviceSpec(DeviceClass.Disk, "image"), count)];
}
