using Rx.Vm.Devices;
using Rx.Vm.Fold;
using Rx.Vm.Machines;

namespace Rx.Vm.Pods.Folds;

/// <summary>
/// The pod: its own devices, then its containers, and back.
/// <code>
/// None ─ run ─► Waiting ─► Plugging ─► (Attaching ─►) Starting ─► Running ─ all ended ─┐
///   ▲                          └─ failed, too late, asked ─┬─────────┘ asked           ▼
///   └── Rescanning ◄── Detaching ◄── Cleaning ◄───────── Stopping (force) ────────► Cleaning
/// any ─ guest given up ─► Cut ─ process gone ─► Lost ─ leases returned ─► None
/// </code>
/// </summary>
internal static class PodFold
{
    /// <summary>What <paramref name="i"/> makes of <paramref name="s"/>. Never throws; what is late or means nothing changes nothing.</summary>
    public static Transition<PodCore> Reduce(PodCore s, Input i) => i switch
    {
        { Asked: RequestKind.RunPod } => Run(s),
        { Asked: RequestKind.StopPod } => Stop(s),
        { Asked: RequestKind.AddContainer } when s.AllAtOnce => new(s, Refused: Denial.Unsupported),
        { Asked: RequestKind.AddContainer or RequestKind.RemoveContainer or RequestKind.RestartContainer or RequestKind.Exec or RequestKind.Call } =>
            new(s, Refused: Inside(s)),
        { Family: InputFamily.Abandoned } => new(s with { Next = false }),
        { Fact: FactKind.GuestReady } => new(s with { AllAtOnce = i.Operand == 1 }),
        { Ended: OpKind.PodStartLimit } when Starting(s) => new(Failed(s, PodFault.StartTimedOut)),
        { Ended: OpKind.PodStopLimit } when s is { Phase: PodPhase.Stopping, Stuck: false } => new(s with { Force = true }),
        { Ended: OpKind.ForceLimit } when s is { Phase: PodPhase.Stopping, Force: true } => new(StuckBy(s, PodFault.StopTimedOut)),
        { Ended: OpKind.CleanLimit } when Cleaning(s) => new(StuckBy(s, PodFault.StopTimedOut)),
        { Ended: OpKind.Rescan } when s is { Phase: PodPhase.Rescanning, Stuck: false } =>
            new(i.Ok ? s with { Phase = PodPhase.None } : StuckBy(s, PodFault.StopRefused)),
        _ => new(s),
    };

    /// <summary>What the pod makes of its machine's word and of what containers and devices tell; again what it made of it is the same.</summary>
    public static PodCore Hear(PodCore s, MachineWord word, Tally containers, Tally devices)
    {
        for (s = (containers | devices).Any(Tally.Leaked) ? s with { Leaked = true } : s; ;)
        {
            var next = Given(s, word) ?? HearOnce(s, word, containers, devices);
            if (next == s)
            {
                return s;
            }

            s = next;
        }
    }

    /// <summary>What is to be under way for the pod.</summary>
    public static OpSet Wanted(PodCore s) => s.Stuck ? default : s.Phase switch
    {
        PodPhase.None or PodPhase.Waiting or PodPhase.Running or PodPhase.Cut or PodPhase.Lost => default,
        PodPhase.Plugging or PodPhase.Attaching or PodPhase.Starting => OpKind.PodStartLimit,
        PodPhase.Stopping => s.Force ? OpKind.ForceLimit : OpKind.PodStopLimit,
        PodPhase.Cleaning or PodPhase.Detaching => OpKind.CleanLimit,
        PodPhase.Rescanning => (OpSet)OpKind.Rescan | OpKind.CleanLimit,
    };

    /// <summary>What the pod tells its containers.</summary>
    public static PodWord ToContainers(PodCore s) => s.Phase switch
    {
        PodPhase.None or PodPhase.Waiting or PodPhase.Plugging => PodWord.Hold,
        PodPhase.Attaching => PodWord.Attach,
        PodPhase.Starting or PodPhase.Running => PodWord.Run,
        PodPhase.Stopping => s.Force ? PodWord.Force : PodWord.Stop,
        PodPhase.Cleaning or PodPhase.Detaching or PodPhase.Rescanning => PodWord.Remove,
        PodPhase.Cut => PodWord.Cut,
        PodPhase.Lost => PodWord.Lost,
    };

    /// <summary>What the pod tells its own devices.</summary>
    public static DeviceWord ToDevices(PodCore s) => s.Phase switch
    {
        PodPhase.None or PodPhase.Waiting => DeviceWord.Hold,
        PodPhase.Plugging or PodPhase.Attaching or PodPhase.Starting or PodPhase.Running => DeviceWord.Want,
        PodPhase.Stopping or PodPhase.Cleaning => DeviceWord.Halt,
        PodPhase.Detaching or PodPhase.Rescanning => DeviceWord.Drop,
        PodPhase.Cut => DeviceWord.Cut,
        PodPhase.Lost => DeviceWord.Lost,
    };

    /// <summary>What the pod tells its machine.</summary>
    public static PodTells Tells(PodCore s) => new(Level(s), s.Fault, s.Leaked);

    private static PodLevel Level(PodCore s) => s.Stuck ? PodLevel.Stuck : s.Phase switch
    {
        PodPhase.None => PodLevel.Empty,
        PodPhase.Waiting or PodPhase.Plugging or PodPhase.Attaching or PodPhase.Starting or PodPhase.Running => PodLevel.Alive,
        PodPhase.Stopping => s.Outcome == PodOutcome.Failed ? PodLevel.Failing : PodLevel.Alive,
        PodPhase.Cleaning or PodPhase.Detaching or PodPhase.Rescanning => s.Asked ? PodLevel.Down
            : s.Outcome == PodOutcome.Failed ? PodLevel.Failed
            : PodLevel.Done,
        PodPhase.Cut or PodPhase.Lost => PodLevel.Held,
    };

    // The guest is given up, or the process has gone; from wherever it was.
    private static PodCore? Given(PodCore s, MachineWord word) => (word, s.Phase) switch
    {
        (_, PodPhase.None) => null,
        (MachineWord.Cut, not (PodPhase.Cut or PodPhase.Lost)) => Taken(s, PodPhase.Cut),
        (MachineWord.Lost, not PodPhase.Lost) => Taken(s, PodPhase.Lost),
        _ => null,
    };

    private static PodCore Taken(PodCore s, PodPhase phase) => s with
    {
        Phase = phase,
        Outcome = s.Outcome == PodOutcome.None ? PodOutcome.Lost : s.Outcome,
        Stuck = false,
        Force = false,
        Next = false,
    };

    private static PodCore HearOnce(PodCore s, MachineWord word, Tally containers, Tally devices) => s.Stuck ? s : s.Phase switch
    {
        PodPhase.Plugging or PodPhase.Attaching or PodPhase.Starting or PodPhase.Running when word >= MachineWord.End => Stopping(s),
        PodPhase.Waiting when word >= MachineWord.Open => s with { Phase = PodPhase.Plugging },
        PodPhase.Plugging => devices.Any(Tally.NoDevice) ? Failed(s, PodFault.DeviceAdd)
            : devices.Any(Tally.Moving) ? s
            : s with { Phase = s.AllAtOnce ? PodPhase.Attaching : PodPhase.Starting },
        PodPhase.Attaching => containers.Any(Tally.NoDevice) ? Failed(s, PodFault.DeviceAdd)
            : containers.Any(Tally.Moving) ? s
            : s with { Phase = PodPhase.Starting },
        PodPhase.Starting => WhenStarting(s, containers),
        PodPhase.Running => containers.Any(Tally.Live | Tally.Moving | Tally.Waiting) ? s : s with { Phase = PodPhase.Cleaning, Outcome = PodOutcome.Done },
        PodPhase.Stopping => WhenStopping(s, containers),
        PodPhase.Cleaning => containers.Any(Tally.StuckOut) ? StuckBy(s, PodFault.DeviceRemove)
            : containers.Any(Tally.Held | Tally.Moving) ? s
            : s with { Phase = PodPhase.Detaching },
        PodPhase.Detaching => devices.Any(Tally.StuckOut) ? StuckBy(s, PodFault.DeviceRemove)
            : devices.Any(Tally.Held | Tally.Moving) ? s
            : s with { Phase = word == MachineWord.Closed ? PodPhase.None : PodPhase.Rescanning },
        PodPhase.Cut or PodPhase.Lost => (containers | devices).Any(Tally.Held | Tally.Moving) ? s : s with { Phase = PodPhase.None },
        PodPhase.None or PodPhase.Waiting or PodPhase.Rescanning => s,
    };

    private static PodCore WhenStarting(PodCore s, Tally containers) =>
        containers.Any(Tally.NoDevice) ? Failed(s, PodFault.DeviceAdd)
        : containers.Any(Tally.NoStart) ? Failed(s, PodFault.StartRefused)
        : containers.Any(Tally.StartLate) ? Failed(s, PodFault.StartTimedOut)
        : containers.Any(Tally.Moving | Tally.Waiting) ? s
        : s with { Phase = PodPhase.Running, Ran = true };

    private static PodCore WhenStopping(PodCore s, Tally containers) =>
        containers.Any(Tally.StopRefused) ? StuckBy(s, PodFault.StopRefused)
        : containers.Any(Tally.StopLate) ? StuckBy(s, PodFault.StopTimedOut)
        : containers.Any(Tally.Live | Tally.Moving | Tally.Waiting) ? s
        : s with { Phase = PodPhase.Cleaning, Force = false, Outcome = s.Outcome == PodOutcome.None ? PodOutcome.Done : s.Outcome };

    // The pod before it has told whether it ran; what is told from now on is about the next.
    private static Transition<PodCore> Run(PodCore s) => s.Phase switch
    {
        PodPhase.None => new(Begin(s)),
        PodPhase.Cleaning or PodPhase.Detaching or PodPhase.Rescanning when s is { Next: false, Stuck: false } => new(s with { Next = true, Ran = false }),
        _ => new(s, Refused: Denial.Busy),
    };

    private static Transition<PodCore> Stop(PodCore s) => s.Phase switch
    {
        PodPhase.None => new(s, Refused: Denial.NoPod),
        PodPhase.Waiting => new(s with { Phase = PodPhase.Cleaning, Outcome = PodOutcome.Done, Asked = true }),
        PodPhase.Plugging or PodPhase.Attaching or PodPhase.Starting or PodPhase.Running => new(Stopping(s) with { Asked = true }),
        PodPhase.Stopping or PodPhase.Cleaning or PodPhase.Detaching or PodPhase.Rescanning => new(s with { Asked = true, Next = false }),
        PodPhase.Cut or PodPhase.Lost => new(s, Refused: Denial.ShuttingDown),
    };

    private static Denial Inside(PodCore s) => s.Phase switch
    {
        PodPhase.Running => Denial.None,
        PodPhase.None => Denial.NoPod,
        PodPhase.Waiting or PodPhase.Plugging or PodPhase.Attaching or PodPhase.Starting => Denial.Busy,
        PodPhase.Stopping or PodPhase.Cleaning or PodPhase.Detaching or PodPhase.Rescanning => Denial.Stopping,
        PodPhase.Cut or PodPhase.Lost => Denial.ShuttingDown,
    };

    private static bool Starting(PodCore s) => s.Phase is PodPhase.Plugging or PodPhase.Attaching or PodPhase.Starting;

    private static bool Cleaning(PodCore s) => !s.Stuck && s.Phase is PodPhase.Cleaning or PodPhase.Detaching or PodPhase.Rescanning;

    private static PodCore Begin(PodCore s) => new PodCore { Phase = PodPhase.Waiting, AllAtOnce = s.AllAtOnce, Leaked = s.Leaked };

    private static PodCore Stopping(PodCore s) => s with { Phase = PodPhase.Stopping, Force = false };

    private static PodCore Failed(PodCore s, PodFault why) => Stopping(Because(s, why)) with { Outcome = PodOutcome.Failed };

    private static PodCore StuckBy(PodCore s, PodFault why) => Because(s, why) with { Stuck = true, Next = false };

    private static PodCore Because(PodCore s, PodFault why) => s.Fault == PodFault.None ? s with { Fault = why } : s;
}
