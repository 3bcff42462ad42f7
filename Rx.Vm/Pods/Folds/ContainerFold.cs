using Rx.Vm.Devices;
using Rx.Vm.Fold;

namespace Rx.Vm.Pods.Folds;

/// <summary>
/// A container: its devices, its process, and back.
/// <code>
/// Planned ─► Attaching ─► (Attached ─►) Starting ─► Running ─ ended ─► Exited ─ remove ─► Removing ─► Removed
///                ▲            ▲  failed │              │ └ policy ─► BackingOff ─► Starting
///                │            └─ again ─┤              └ stop ─► Stopping ─ late ─► Killing ─ late ─► Stuck
/// any ─ guest given up ─► Cut ─ process gone ─► Lost ─ leases returned ─► Removed
/// </code>
/// A restart is a request to the container, decided at its own door, and never a word.
/// </summary>
internal static partial class ContainerFold
{
    /// <summary>What <paramref name="i"/> makes of <paramref name="s"/>. Never throws; what is late or means nothing changes nothing.</summary>
    public static Transition<ContainerCore> Reduce(ContainerCore s, Input i) => i switch
    {
        { Family: InputFamily.Request } => Ask(s, i.Asked),
        { Ended: OpKind.StartContainer } when s.Phase == ContainerPhase.Starting => new(i.Ok ? Up(s) with { Phase = ContainerPhase.Running } : StartFailed(s)),

        // Half a start may have happened, which the kill covers.
        { Ended: OpKind.StartLimit } when s.Phase == ContainerPhase.Starting => new(
            (s.Once ? s : Because(s, ContainerFault.StartLate)) with { Phase = ContainerPhase.Killing, Again = false, Doomed = s.Doomed || !s.Once && s.Late }),
        { Fact: FactKind.ContainerExited } => new(s.Phase switch
        {
            // An end may overtake the answer to the start; it did start.
            ContainerPhase.Starting => Ended(Up(s), i.Ok),
            ContainerPhase.Running => Ended(s, i.Ok),
            ContainerPhase.Stopping or ContainerPhase.Killing or ContainerPhase.Stuck => Down(s),
            _ => s,
        }),
        { Ended: OpKind.StopContainer } when s.Phase == ContainerPhase.Stopping => new(i.Ok ? Down(s) : s with { Phase = ContainerPhase.Killing }),
        { Ended: OpKind.StopLimit } when s.Phase == ContainerPhase.Stopping => new(s with { Phase = ContainerPhase.Killing }),
        { Ended: OpKind.KillContainer } when s.Phase == ContainerPhase.Killing => new(i.Ok ? Down(s) : StuckBy(s, ContainerFault.StopRefused)),
        { Ended: OpKind.KillContainerLimit } when s.Phase == ContainerPhase.Killing => new(StuckBy(s, ContainerFault.StopLate)),
        { Ended: OpKind.BackOff } when s.Phase == ContainerPhase.BackingOff => new(s with { Phase = ContainerPhase.Starting }),
        { Ended: OpKind.Steady } when s.Phase == ContainerPhase.Running => new(s with { Attempt = 0 }),
        _ => new(s),
    };

    /// <summary>What it makes of its pod's word and of what its devices tell; again what it made of it is the same.</summary>
    public static ContainerCore Hear(ContainerCore s, PodWord word, Tally devices)
    {
        s = devices.Any(Tally.Leaked) ? s with { Leaked = true } : s;
        for (s = devices.Any(Tally.StuckOut) ? s with { StuckOut = true } : s; ;)
        {
            var next = Given(s, word) ?? HearOnce(s, word, devices);
            if (next == s)
            {
                return s;
            }

            s = next;
        }
    }

    /// <summary>What is to be under way for it.</summary>
    public static OpSet Wanted(ContainerCore s) => s.Phase switch
    {
        ContainerPhase.Starting => (OpSet)OpKind.StartContainer | OpKind.StartLimit,
        ContainerPhase.Running => s.Attempt > 0 ? OpKind.Steady : default(OpSet),
        ContainerPhase.BackingOff => OpKind.BackOff,
        ContainerPhase.Stopping => (OpSet)OpKind.StopContainer | OpKind.StopLimit,
        ContainerPhase.Killing => (OpSet)OpKind.KillContainer | OpKind.KillContainerLimit,
        ContainerPhase.Planned or ContainerPhase.Attaching or ContainerPhase.Attached or ContainerPhase.Stuck or ContainerPhase.Exited
            or ContainerPhase.Removing or ContainerPhase.Cut or ContainerPhase.Lost or ContainerPhase.Removed => default,
    };

    /// <summary>What it tells its devices.</summary>
    public static DeviceWord ToDevices(ContainerCore s) => s.Phase switch
    {
        ContainerPhase.Planned => DeviceWord.Hold,
        ContainerPhase.Attaching or ContainerPhase.Attached or ContainerPhase.Starting or ContainerPhase.Running or ContainerPhase.BackingOff
            or ContainerPhase.Stopping or ContainerPhase.Killing or ContainerPhase.Stuck => DeviceWord.Want,
        ContainerPhase.Exited => s.Ready ? DeviceWord.Want : DeviceWord.Halt,
        ContainerPhase.Removing => DeviceWord.Drop,
        ContainerPhase.Cut => DeviceWord.Cut,
        ContainerPhase.Lost => DeviceWord.Lost,
        ContainerPhase.Removed => s.Taken ? DeviceWord.Lost : DeviceWord.Drop,
    };

    /// <summary>Whether processes can be run in it.</summary>
    public static bool OpenForSessions(ContainerCore s) => s.Phase == ContainerPhase.Running;

    /// <summary>What it tells its pod.</summary>
    public static Tally Tells(ContainerCore s) => s.Phase switch
    {
        ContainerPhase.Planned => Tally.Moving,
        ContainerPhase.Attaching => Tally.Moving | Tally.Held,
        ContainerPhase.Attached => Tally.Waiting | Tally.Held,
        ContainerPhase.Exited or ContainerPhase.Removing or ContainerPhase.Cut or ContainerPhase.Lost => Tally.Held,
        ContainerPhase.Starting => Tally.Moving | Tally.Live | Tally.Held,
        ContainerPhase.Running or ContainerPhase.BackingOff or ContainerPhase.Stopping or ContainerPhase.Killing => Tally.Live | Tally.Held,
        ContainerPhase.Stuck => Tally.Live | Tally.Held | (s.Fault == ContainerFault.StopLate ? Tally.StopLate : Tally.StopRefused),
        ContainerPhase.Removed => Tally.None,
    } | (s.StuckOut ? Tally.StuckOut : Tally.None) | (s.Leaked ? Tally.Leaked : Tally.None) | (s.Late || s.Once ? Tally.None : FirstFault(s));

    private static Tally FirstFault(ContainerCore s) => s.Fault switch
    {
        ContainerFault.Device => Tally.NoDevice,
        ContainerFault.Start => Tally.NoStart,
        ContainerFault.StartLate => Tally.StartLate,
        ContainerFault.None or ContainerFault.StopRefused or ContainerFault.StopLate => Tally.None,
    };

    // The guest is given up, or the process has gone; from wherever it was.
    private static ContainerCore? Given(ContainerCore s, PodWord word) => (word, s.Phase) switch
    {
        (_, ContainerPhase.Removed) => null,
        (PodWord.Cut or PodWord.Lost, ContainerPhase.Planned) => s with { Phase = ContainerPhase.Removed, Taken = true },
        (PodWord.Cut, not (ContainerPhase.Cut or ContainerPhase.Lost)) => s with { Phase = ContainerPhase.Cut, Again = false, Taken = true },
        (PodWord.Lost, not ContainerPhase.Lost) => s with { Phase = ContainerPhase.Lost, Again = false, Taken = true },
        _ => null,
    };

    private static ContainerCore HearOnce(ContainerCore s, PodWord word, Tally devices) => s.Phase switch
    {
        ContainerPhase.Planned or ContainerPhase.Attaching or ContainerPhase.Attached or ContainerPhase.BackingOff when word >= PodWord.Stop =>
            s with { Phase = ContainerPhase.Exited },
        ContainerPhase.Planned => word >= PodWord.Attach ? s with { Phase = ContainerPhase.Attaching } : s,
        ContainerPhase.Attaching => devices.Any(Tally.NoDevice) ? Failed(s, ContainerFault.Device)
            : devices.Any(Tally.Moving) ? s
            : s with { Phase = word >= PodWord.Run ? ContainerPhase.Starting : ContainerPhase.Attached, Ready = true },
        ContainerPhase.Attached => word >= PodWord.Run ? s with { Phase = ContainerPhase.Starting } : s,
        ContainerPhase.Starting or ContainerPhase.Running when word >= PodWord.Stop => s with { Phase = ContainerPhase.Stopping, Again = false },
        ContainerPhase.Stopping => word >= PodWord.Force ? s with { Phase = ContainerPhase.Killing, Again = false }
            : word >= PodWord.Stop ? s with { Again = false }
            : s,
        ContainerPhase.Killing => word >= PodWord.Stop ? s with { Again = false } : s,
        ContainerPhase.Exited => word >= PodWord.Remove || s.Doomed ? s with { Phase = ContainerPhase.Removing } : s,
        ContainerPhase.Removing => devices.Any(Tally.Held | Tally.Moving) ? s : s with { Phase = ContainerPhase.Removed },
        ContainerPhase.Lost => devices.Any(Tally.Held | Tally.Moving) ? s : s with { Phase = ContainerPhase.Removed },
        ContainerPhase.Starting or ContainerPhase.Running or ContainerPhase.BackingOff or ContainerPhase.Stuck or ContainerPhase.Cut
            or ContainerPhase.Removed => s,
    };
}
