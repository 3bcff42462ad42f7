using System.Collections.Immutable;
using Rx.Vm.Effects;
using Rx.Vm.Fold;
using Rx.Vm.Images;
using Rx.Vm.Lifecycle;
using Rx.Vm.Operations;
using Rx.Vm.Pods;
using Rx.Vm.Qemu;
using Rx.Vm.Reactive;
using Rx.Vm.Testing;
using Rx.Vm.Tests.Fold.Search;
using Rx.Vm.Tests.Testing;

namespace Rx.Vm.Tests.Operations;

/// <summary>The tree and its operations over one simulated machine in virtual time: nothing but events goes in, all laws hold for each step.</summary>
internal sealed class OpsWorld
{
    private readonly Inbox<Event> _inbox = new(4096, static () => Event.Broke(FaultKind.InboxOverflowed), static _ => false);
    private readonly OpRunner _runner;
    private long _token;

    public OpsWorld(params SimulatedFault[] faults)
        : this(new SimulatedSettings { Faults = [.. faults] })
    {
    }

    public OpsWorld(SimulatedSettings settings, VmTimeouts? timeouts = null, bool keep = false)
    {
        SynchronizationContext.SetSynchronizationContext(null);
        Driver = new SimulatedDriver(Time, settings with { InlineContinuations = true });
        Launch = new LaunchOps(
            Driver, static () => new MachineSpec { Id = "vm", KernelPath = "", InitrdPath = "" }, new StartQueue(int.MaxValue, null, Time, inline: true),
            VmSchedulers.Single(Time), inline: true, timeouts ?? new(), ordinary: true, Serilog.Core.Logger.None);
        State = TreeFold.Initial(keep);
        _runner = new OpRunner(
            MachineOps.Of(Launch, timeouts ?? new(), Time, inline: true), (op, fault) => Thrown.Add(new InvalidOperationException($"{op.Kind}", fault)));
        _runner.Subscribe(_inbox);
        _inbox.Subscribe(System.Reactive.Observer.Create<Event>(Fold));
    }

    public OneThreadScheduler Time { get; } = new();

    public SimulatedDriver Driver { get; }

    public LaunchOps Launch { get; }

    public State State { get; private set; }

    public Dictionary<long, TreeAnswer> Answers { get; } = [];

    public List<Event> Events { get; } = [];

    public List<VmPhase> Phases { get; } = [VmPhase.Preparing];

    public List<Exception> Thrown { get; } = [];

    public VmPhase Phase => Faces.Of(State.Machine, State.Pod);

    /// <summary>How many operations have not returned.</summary>
    public int UnderWay => _runner.Count;

    public static PodPlan Plan(params ContainerSpec[] containers)
    {
        var disks = containers.Select((c, i) => new ContainerDisk(i, RootFileSystem.Unresolved(ImageReference.Parse(c.Image))));
        return new PodPlan("pod", new PodSpec { Id = "pod", Containers = [.. containers] }, [.. disks], inline: true);
    }

    public static Payload.Pod Ask(PodPlan plan) => new(
        [.. plan.Spec.Containers.Select((spec, i) => new ContainerPlan(spec, [new DeviceSpec(DeviceClass.Disk, plan.Disks[i].Root.Path)]))], [])
    {
        Id = plan.PodId,
        Live = plan,
    };

    public long Ask(RequestKind kind, int target = 0, Payload? payload = null, TimeSpan within = default)
    {
        _inbox.OnNext(Event.Request(kind, ++_token, target, payload, within));
        return _token;
    }

    /// <summary>A machine whose pod runs.</summary>
    public PodPlan Running(params ContainerSpec[] containers)
    {
        var plan = Plan(containers);
        var run = Ask(RequestKind.RunPod, payload: Ask(plan));
        Until(() => Answers.ContainsKey(run));
        Assert.Equal((Verdict.Done, VmPhase.Running), (Answers[run].Verdict, Phase));
        plan.StartInput();
        return plan;
    }

    public (long Token, ExecPlan Plan) Exec(int place, ImmutableArray<string> command, TimeSpan within = default)
    {
        var spec = State.Containers[place].Spec;
        var plan = new ExecPlan(spec.NameAt(place), command, new ExecOptions());
        return (Ask(RequestKind.Exec, State.Containers[place].Id, new Payload.Process(command, new ExecOptions()) { Live = plan }, within), plan);
    }

    public void Advance(double seconds)
    {
        Time.AdvanceBy(TimeSpan.FromSeconds(seconds).Ticks);
        Assert.True(Time.Strayed is null, $"work has left the thread of virtual time: {Time.Strayed}");
    }

    public void Until(Func<bool> holds, double seconds = 5)
    {
        var end = Time.Clock + TimeSpan.FromSeconds(seconds).Ticks;
        while (!holds())
        {
            Assert.True(Time.Clock < end, $"nothing came of it: {Phase}, {string.Join(' ', State.Ops.Select(op => op.Kind))}");
            Advance(0.0001);
        }
    }

    /// <summary>Gone, with nothing left: no operation, no process, no lease.</summary>
    public void UntilGone(double seconds = 120)
    {
        Until(() => State.Machine.Phase == Rx.Vm.Machines.MachinePhase.Gone, seconds);
        Assert.Empty(Thrown);
        Assert.Equal((0, 0, 0), (_runner.Count, Driver.Alive, Driver.Held));
    }

    private void Fold(Event e)
    {
        var step = TreeFold.Step(State, e);
        Assert.Equal(Law.None, TreeLaws.Of(step));
        Events.Add(e);
        State = step.State;
        if (Phase != Phases[^1])
        {
            Phases.Add(Phase);
        }

        Launch.Follow(step);
        foreach (var answer in step.Answers)
        {
            Answers.Add(answer.Token, answer);
        }

        _runner.Follow(step);
    }
}
