using Rx.Vm.Fold;

namespace Rx.Vm.Devices;

/// <summary>
/// A device: in by steps, out by the same steps backwards.
/// <code>
/// Planned ─► Reserving ─► Plugging ─► Confirming ─► Attached
///    │ halt      │            │            │            │        a failed step rests, halted, until it is its turn to be let go
///    ▼           ▼            ▼            └────────────┤
/// Released ◄─ Releasing ◄─ Unplugging ◄──────────── Unmounting
/// </code>
/// In reverse order: the composition tells Drop to the last that holds something, and Halt to those before it.
/// </summary>
internal static class DeviceFold
{
    /// <summary>What <paramref name="i"/> makes of <paramref name="s"/>. Never throws; what is late or means nothing changes nothing.</summary>
    public static Transition<DeviceCore> Reduce(DeviceCore s, Input i)
    {
        if (i.Ended == OpKind.None || !Wanted(s).Has(i.Ended))
        {
            return new(s);
        }

        var ok = i.Ok && i.Ended != OpKind.DeviceLimit;
        var next = s.Phase switch
        {
            DevicePhase.Reserving or DevicePhase.Plugging or DevicePhase.Confirming =>
                ok ? s with { Phase = s.Phase + 1 } : s with { Failed = true, Halted = true },
            DevicePhase.Unmounting or DevicePhase.Unplugging => ok ? s with { Phase = s.Phase + 1 } : s with { Stuck = true, Halted = true },
            DevicePhase.Releasing => s with { Phase = DevicePhase.Released, Leaked = !ok },
            DevicePhase.Planned or DevicePhase.Attached or DevicePhase.Released => s,
        };

        // A limit is that of one step.
        return new(next, Wanted(next) & OpKind.DeviceLimit);
    }

    /// <summary>What it makes of its owner's word; again what it made of it is the same.</summary>
    public static Transition<DeviceCore> Hear(DeviceCore s, DeviceWord word)
    {
        var next = word switch
        {
            DeviceWord.Hold => s,
            DeviceWord.Want => s is { Phase: DevicePhase.Planned, Halted: false } ? s with { Phase = DevicePhase.Reserving } : s,
            DeviceWord.Halt => Halt(s),
            DeviceWord.Drop => Drop(Halt(s)),
            DeviceWord.Cut => Cut(s),
            DeviceWord.Lost => s.Phase switch
            {
                DevicePhase.Planned => s with { Phase = DevicePhase.Released },
                DevicePhase.Releasing => s with { Halted = false },
                DevicePhase.Released => s,
                _ => s with { Phase = DevicePhase.Releasing, Halted = false, Stuck = false },
            },
        };
        return new(next, next.Phase == s.Phase && next.Halted == s.Halted ? default : Wanted(next) & OpKind.DeviceLimit);
    }

    /// <summary>What is to be under way for it.</summary>
    public static OpSet Wanted(DeviceCore s) => s.Halted ? default : s.Phase switch
    {
        DevicePhase.Planned or DevicePhase.Attached or DevicePhase.Released => default,
        DevicePhase.Reserving => (OpSet)OpKind.Reserve | OpKind.DeviceLimit,
        DevicePhase.Plugging => (OpSet)OpKind.Plug | OpKind.DeviceLimit,
        DevicePhase.Confirming => (OpSet)OpKind.Confirm | OpKind.DeviceLimit,
        DevicePhase.Unmounting => (OpSet)OpKind.Unmount | OpKind.DeviceLimit,
        DevicePhase.Unplugging => (OpSet)OpKind.Unplug | OpKind.DeviceLimit,
        DevicePhase.Releasing => (OpSet)OpKind.Release | OpKind.DeviceLimit,
    };

    /// <summary>What it tells its owner.</summary>
    public static Tally Tells(DeviceCore s) => s.Phase switch
    {
        DevicePhase.Planned => Tally.Moving,
        DevicePhase.Reserving or DevicePhase.Plugging or DevicePhase.Confirming => s.Halted ? Tally.Held : Tally.Moving | Tally.Held,
        DevicePhase.Attached => Tally.Held,
        DevicePhase.Unmounting or DevicePhase.Unplugging or DevicePhase.Releasing => Tally.Held,
        DevicePhase.Released => Tally.None,
    } | (s.Failed ? Tally.NoDevice : Tally.None) | (s.Stuck ? Tally.StuckOut : Tally.None) | (s.Leaked ? Tally.Leaked : Tally.None);

    /// <summary>Whether one before it must wait: it is, or may be, in the machine.</summary>
    public static bool Holds(DeviceCore s) => s.Phase is not (DevicePhase.Planned or DevicePhase.Reserving or DevicePhase.Released);

    // What was only reserved goes at once; what may be plugged waits for its turn.
    private static DeviceCore Halt(DeviceCore s) => s.Phase switch
    {
        DevicePhase.Planned => s with { Phase = DevicePhase.Released },
        DevicePhase.Reserving => s with { Phase = DevicePhase.Releasing, Halted = false },
        DevicePhase.Plugging or DevicePhase.Confirming => s with { Halted = true },
        _ => s,
    };

    // Where the step in was given up half-way, the step out covers every outcome of it.
    private static DeviceCore Drop(DeviceCore s) => s.Phase switch
    {
        DevicePhase.Plugging => s with { Phase = DevicePhase.Unplugging, Halted = false },
        DevicePhase.Confirming or DevicePhase.Attached => s with { Phase = DevicePhase.Unmounting, Halted = false },
        _ => s,
    };

    private static DeviceCore Cut(DeviceCore s) => s.Phase switch
    {
        DevicePhase.Planned => s with { Phase = DevicePhase.Released },
        DevicePhase.Reserving or DevicePhase.Plugging or DevicePhase.Confirming or DevicePhase.Unmounting or DevicePhase.Unplugging =>
            s with { Halted = true },
        DevicePhase.Attached or DevicePhase.Releasing or DevicePhase.Released => s,
    };
}
