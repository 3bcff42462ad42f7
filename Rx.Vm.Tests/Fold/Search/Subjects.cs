using Rx.Vm.Devices;
using Rx.Vm.Fold;
using Rx.Vm.Machines;
using Rx.Vm.Pods.Folds;

namespace Rx.Vm.Tests.Fold.Search;

/// <summary>The six folds, each as a subject of the search.</summary>
internal static class Subjects
{
    private static readonly PodWord[] PodWords = Enum.GetValues<PodWord>();
    private static readonly MachineWord[] MachineWords = Enum.GetValues<MachineWord>();
    private static readonly DeviceWord[] DeviceWords = Enum.GetValues<DeviceWord>();
    private static readonly Outlook[] Outlooks = Enum.GetValues<Outlook>();

    /// <summary>Every input there is: each kind of each family, well and badly ended.</summary>
    public static Input[] AllInputs { get; } =
    [
        .. Enum.GetValues<RequestKind>().Select(kind => Input.Of(kind)),
        .. Enum.GetValues<OpKind>().SelectMany(kind => (Input[])[Input.Of(kind), Input.Of(kind, 1)]),
        .. Enum.GetValues<FactKind>().SelectMany(kind => (Input[])[Input.Of(kind), Input.Of(kind, 1)]),
        .. Enum.GetValues<FaultKind>().Select(kind => Input.Of(kind)),
        new(InputFamily.Abandoned),
    ];

    /// <summary>All that a pod can tell.</summary>
    public static PodTells[] PodLevels { get; } =
    [
        .. from level in Enum.GetValues<PodLevel>()
           from fault in Enum.GetValues<PodFault>()
           from leaked in (bool[])[false, true]
           select new PodTells(level, fault, leaked),
    ];

    public static Subject Machine { get; } = new()
    {
        Name = "machine",
        Width = MachineCore.Width,
        Initial = [default(MachineCore).Bits, new MachineCore { Keep = true }.Bits],
        Inputs = AllInputs,
        Levels = PodLevels.Length,
        Reduce = (core, input) => MachineFold.Reduce(new(core), input) is var t ? (t.Next.Bits, t.Renew, t.Refused) : default,
        Hear = (core, level) => MachineFold.Hear(new(core), PodLevels[level]).Bits,
        Wanted = core => MachineFold.Wanted(new(core)),
        IsFinal = core => new MachineCore(core) is { Phase: MachinePhase.Gone, SomethingLost: true },
        Words = [core => (int)MachineFold.Word(new(core)), core => Rank(new(core))],
        Text = core => new MachineCore(core).ToString(),
    };

    public static Subject Device { get; } = new()
    {
        Name = "device",
        Width = DeviceCore.Width,
        Initial = [0],
        Inputs = AllInputs,
        Levels = DeviceWords.Length,
        Reduce = (core, input) => DeviceFold.Reduce(new(core), input) is var t ? (t.Next.Bits, t.Renew, t.Refused) : default,
        Hear = (core, level) => DeviceFold.Hear(new(core), DeviceWords[level]).Next.Bits,
        Wanted = core => DeviceFold.Wanted(new(core)),
        IsFinal = core => new DeviceCore(core).Phase == DevicePhase.Released,
        Text = core => new DeviceCore(core).ToString(),
    };

    public static Subject Session { get; } = new()
    {
        Name = "session",
        Width = SessionCore.Width,
        Initial = [0],
        Inputs = AllInputs,
        Levels = 2,
        Reduce = (core, input) => SessionFold.Reduce(new(core), input) is var t ? (t.Next.Bits, t.Renew, t.Refused) : default,
        Hear = (core, level) => SessionFold.Hear(new(core), level == 0).Bits,
        Wanted = core => SessionFold.Wanted(new(core)),
        IsFinal = core => new SessionCore(core).Over,
        Text = core => new SessionCore(core).ToString(),
    };

    public static Subject Request { get; } = new()
    {
        Name = "request",
        Width = RequestCore.Width,
        Initial = [.. Enum.GetValues<RequestKind>().Select(kind => new RequestCore { Kind = kind }.Bits)],
        Inputs = AllInputs,
        Levels = Outlooks.Length,
        Reduce = (core, input) => RequestFold.Reduce(new(core), input) is var t ? (t.Next.Bits, t.Renew, t.Refused) : default,
        Hear = (core, level) => RequestFold.Hear(new(core), Outlooks[level]).Bits,
        Wanted = core => RequestFold.Wanted(new(core)),
        IsFinal = core => new RequestCore(core).Verdict != Verdict.Open,
        Text = core => new RequestCore(core).ToString(),
    };

    /// <summary>A container, under every tally that any number of devices can tell.</summary>
    public static Subject Container(Tally[] devices) => new()
    {
        Name = "container",
        Width = ContainerCore.Width,
        Initial =
        [
            .. from policy in Enum.GetValues<RestartPolicy>() from late in (bool[])[false, true] select new ContainerCore { Policy = policy, Late = late }.Bits,
        ],
        Inputs = AllInputs,
        Levels = PodWords.Length * devices.Length,
        Reduce = (core, input) => ContainerFold.Reduce(new(core), input) is var t ? (t.Next.Bits, t.Renew, t.Refused) : default,
        Hear = (core, level) => ContainerFold.Hear(new(core), PodWords[level / devices.Length], devices[level % devices.Length]).Bits,
        Wanted = core => ContainerFold.Wanted(new(core)),
        IsFinal = core => new ContainerCore(core) is { Phase: ContainerPhase.Removed, StuckOut: true, Leaked: true },
        Words = [core => (int)ContainerFold.ToDevices(new(core))],
        Text = core => new ContainerCore(core).ToString(),
    };

    /// <summary>A pod, under every tally that any number of containers and devices can tell.</summary>
    public static Subject Pod(Tally[] containers, Tally[] devices) => new()
    {
        Name = "pod",
        Width = PodCore.Width,
        Initial = [0],
        Inputs = AllInputs,
        Levels = MachineWords.Length * containers.Length * devices.Length,
        Reduce = (core, input) => PodFold.Reduce(new(core), input) is var t ? (t.Next.Bits, t.Renew, t.Refused) : default,
        Hear = (core, level) => PodFold.Hear(
            new(core),
            MachineWords[level % MachineWords.Length],
            containers[level / MachineWords.Length % containers.Length],
            devices[level / MachineWords.Length / containers.Length]).Bits,
        Wanted = core => PodFold.Wanted(new(core)),
        IsFinal = _ => false,
        Words = [core => (int)PodFold.ToContainers(new(core)), core => (int)PodFold.ToDevices(new(core))],
        Begins = core => new PodCore(core).Phase is PodPhase.None or PodPhase.Waiting,
        Text = core => new PodCore(core).ToString(),
    };

    /// <summary>
    /// All joins of what single children tell: what any number of them can tell together. Losses are passed on whatever else is told, so they
    /// are joined to nothing.
    /// </summary>
    public static Tally[] Joins(IEnumerable<Tally> single)
    {
        HashSet<Tally> joins = [Tally.None];
        foreach (var tally in single.Select(told => told & ~Tally.Leaked).Distinct().ToArray())
        {
            joins.UnionWith([.. joins.Select(join => join | tally)]);
        }

        return [.. joins.Append(Tally.Leaked).Order()];
    }

    /// <summary>What single devices can tell.</summary>
    public static Tally[] DeviceTallies(Alone devices) => Joins(devices.States.Select(core => DeviceFold.Tells(new(core))));

    /// <summary>What single containers can tell.</summary>
    public static Tally[] ContainerTallies(Alone containers) => Joins(containers.States.Select(core => ContainerFold.Tells(new(core))));

    // Within an end the stages only rise too, and a machine that has ended does not come back.
    private static int Rank(MachineCore core) => core.Phase switch
    {
        MachinePhase.Ending => 8 + (int)core.How,
        MachinePhase.Releasing => 16,
        MachinePhase.Gone => 17,
        MachinePhase.Paused or MachinePhase.Ready => 2,
        _ => (int)core.Phase,
    };
}
