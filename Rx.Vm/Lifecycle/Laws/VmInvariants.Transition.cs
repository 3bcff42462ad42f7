using E = Rx.Vm.Lifecycle.VmEffects;
using F = Rx.Vm.Lifecycle.VmFlags;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Lifecycle;

// Laws of a transition: deadlines and the course of a life. What has to happen once in a life is stated as one step of an ever-growing
// fact in the state, so that checking single transitions proves it for whole lives.
internal static partial class VmInvariants
{
    private const F Lasting = F.QmpReady | F.GuestReady | F.QuitSent | F.KillSent | F.ResourcesLost;

    // The map of VmPhase as one row of target bits per phase.
    private static readonly ushort[] Map =
    [
        Targets(VmPhase.Booting, VmPhase.Gone),
        Targets(VmPhase.Init, VmPhase.Starting, VmPhase.Destroying),
        Targets(VmPhase.Starting, VmPhase.Destroying),
        Targets(VmPhase.Running, VmPhase.Stopping, VmPhase.Cleaning, VmPhase.Terminating, VmPhase.Destroying),
        Targets(VmPhase.Stopping, VmPhase.Cleaning, VmPhase.Terminating, VmPhase.Destroying),
        Targets(VmPhase.Cleaning, VmPhase.Terminating, VmPhase.Destroying),
        Targets(VmPhase.Init, VmPhase.Destroying),
        Targets(VmPhase.Destroying),
        Targets(VmPhase.Gone),
        Targets(),
    ];

    /// <summary>The first law of transitions that <paramref name="t"/> breaks; its result is judged by <see cref="Check"/>.</summary>
    public static VmRule CheckTransition(VmCore before, VmInput input, Transition t)
    {
        var rule = Course(before, input, t);
        rule = rule == VmRule.None ? Answers(before, input, t) : rule;
        rule = rule == VmRule.None ? Deadlines(before, input, t) : rule;
        rule = rule == VmRule.None ? ProcessEffects(before, input, t) : rule;
        rule = rule == VmRule.None ? GuestEffects(before, input, t) : rule;
        return rule == VmRule.None ? DeviceEffects(before, input, t) : rule;
    }

    private static ushort Targets(params ReadOnlySpan<VmPhase> phases)
    {
        ushort bits = 0;
        foreach (var phase in phases)
        {
            bits |= (ushort)(1 << (int)phase);
        }

        return bits;
    }

    private static VmRule Course(VmCore b, VmInput i, Transition t)
    {
        var n = t.Next;
        if (b.Phase == VmPhase.Gone)
        {
            return n == b && (t.Effects & ~E.CompleteRequest) == 0 && t.Rearmed.IsEmpty ? VmRule.None : VmRule.GoneStaysGone;
        }

        if (n.Phase != b.Phase && (n.Phase > VmPhase.Gone || (Map[(int)b.Phase] & 1 << (int)n.Phase) == 0))
        {
            return VmRule.EdgeIsOnTheMap;
        }

        if (!Ages(b.Process, n.Process))
        {
            return VmRule.ProcessOnlyAges;
        }

        if (i.Kind == K.ProcessExited && b.Process != ProcessStatus.None && (n.Process != ProcessStatus.Exited || n.Phase < VmPhase.Destroying))
        {
            return VmRule.ExitIsHeeded;
        }

        if (!EndHeeded(b, i.Kind, n))
        {
            return VmRule.EndIsHeeded;
        }

        if (b.Reason != VmReason.None && n.Reason != b.Reason && !Explains(b, i, n))
        {
            return VmRule.ReasonIsKept;
        }

        return (b.Flags & Lasting & ~n.Flags) == 0 && n.Keep == b.Keep ? VmRule.None : VmRule.FactsAreKept;
    }

    private static bool Ages(ProcessStatus before, ProcessStatus after) => before == after || (before, after) switch
    {
        (ProcessStatus.None, ProcessStatus.Launching) or (ProcessStatus.Launching, ProcessStatus.Running) => true,
        (ProcessStatus.Launching or ProcessStatus.Running, ProcessStatus.Exited or ProcessStatus.Lost) => true,
        (ProcessStatus.Lost, ProcessStatus.Exited) => true,
        _ => false,
    };

    private static bool EndHeeded(VmCore b, K kind, VmCore n) => kind switch
    {
        K.KillRequested => n.Phase >= VmPhase.Destroying && (n.Phase == VmPhase.Gone || Ended(n.Process) || n.Has(F.KillSent)),
        K.ShutdownRequested or K.InboxOverflowed or K.FoldFaulted => n.Phase >= VmPhase.Terminating && n.Reason != VmReason.None,
        K.GuestDisconnected or K.QmpDisconnected or K.QmpFailed or K.QmpShutdownSeen =>
            b.Phase == VmPhase.Preparing || n.Phase >= VmPhase.Terminating,
        _ => true,
    };

    // The one way for a cause to give way: a broken channel was the first sign of a process that has died.
    private static bool Explains(VmCore b, VmInput i, VmCore n) =>
        i.Kind == K.ProcessExited && !b.Has(F.KillSent)
        && b.Reason is VmReason.ConnectionLost or VmReason.QmpFailed or VmReason.GuestShutdown
        && n.Reason == (i.Operand == 0 ? VmReason.GuestShutdown : VmReason.ProcessDied);

    private static VmRule Deadlines(VmCore b, VmInput i, Transition t)
    {
        int before = b.Armed.Bits, after = t.Next.Armed.Bits, timed = t.Rearmed.Bits, kept = after & ~timed;
        if ((timed & ~after) != 0)
        {
            return VmRule.RearmedIsArmed;
        }

        if ((kept & ~before) != 0)
        {
            return VmRule.NewDeadlineIsTimed;
        }

        if (i.Kind == K.DeadlineElapsed)
        {
            var known = i.Operand is >= 0 and < DeadlineSet.Kinds && b.Armed.Has((DeadlineKind)i.Operand);
            if (!known && t != new Transition(b))
            {
                return VmRule.LateDeadlineIsIgnored;
            }

            if (known && t.Next.Armed.Has((DeadlineKind)i.Operand))
            {
                return VmRule.ElapsedDeadlineIsSpent;
            }
        }

        if (t.Next.Phase != b.Phase)
        {
            var spans = (b.Phase, t.Next.Phase) == (VmPhase.Stopping, VmPhase.Cleaning) ? DeadlineSet.Of(DeadlineKind.PodStop).Bits : 0;
            return (kept & ~spans) == 0 ? VmRule.None : VmRule.LeftPhaseLeavesNoDeadline;
        }

        // A process that came up late is killed anew; that kill has its own time.
        var mayRestart = DeadlineSet.Of(DeadlineKind.Ping).With(DeadlineKind.Pong).Bits
            | (i.Kind == K.ProcessStarted ? DeadlineSet.Of(DeadlineKind.Kill).Bits : 0);
        return (timed & before & ~mayRestart) == 0 ? VmRule.None : VmRule.WaitIsNotExtended;
    }
}
