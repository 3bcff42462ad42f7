using System.Collections.Immutable;
using System.Diagnostics;

namespace Rx.Vm.Lifecycle;

/// <summary>
/// Everything that is known of one machine between two events: the core, the state shown to observers, the armed deadlines, and the
/// requests that wait for an answer. <see cref="Step"/> is pure: the same events at the same times give the same steps, byte for byte.
/// Where other comments say "the fold", they mean this: an event is folded when it has become a part of the state.
/// </summary>
internal sealed record VmFold
{
    /// <summary>The part that decides what happens next.</summary>
    public required VmCore Core { get; init; }

    /// <summary>The state as observers see it.</summary>
    public required VmState State { get; init; }

    /// <summary>The times that deadlines run.</summary>
    public required VmTimeouts Timeouts { get; init; }

    /// <summary>The armed deadlines, by kind.</summary>
    public ImmutableArray<Deadline> Deadlines { get; init; } = [];

    /// <summary>Requests without an answer yet, with the kind of event that made them.</summary>
    public ImmutableDictionary<long, VmEventKind> Pending { get; init; } = ImmutableDictionary<long, VmEventKind>.Empty;

    /// <summary>The machine before its first event.</summary>
    public static VmStep Initial(string vmId, KeepMode keep, VmTimeouts timeouts) => new(
        new VmFold
        {
            Core = new VmCore { Keep = keep },
            State = new VmState { VmId = vmId, Sequence = 1 },
            Timeouts = timeouts,
        },
        null,
        TimeSpan.Zero,
        VmEffects.None,
        default,
        [],
        Published: true);

    /// <summary>Folds <paramref name="e"/>, which happened at <paramref name="at"/>, into <paramref name="previous"/>.</summary>
    public static VmStep Step(VmStep previous, VmEvent e, TimeSpan at)
    {
        var fold = previous.Fold;
        var number = previous.Number + 1;
        if (!Concerns(fold, e))
        {
            return new VmStep(fold, e, at, VmEffects.None, default, [], Published: false) { Number = number };
        }

        if (e.Kind == VmEventKind.DeadlineBusy && Extend(fold, number, e, at) is { } extended)
        {
            return new VmStep(extended, e, at, VmEffects.None, default, [], Published: false) { Number = number };
        }

        var input = new VmInput(e.Kind == VmEventKind.DeadlineBusy ? VmEventKind.DeadlineElapsed : e.Kind, e.Operand);
        var t = VmReducer.Reduce(fold.Core, input);
        Debug.Assert(
            VmInvariants.CheckAll(fold.Core, input, t) == VmRule.None,
            $"{VmInvariants.CheckAll(fold.Core, input, t)}: {fold.Core} + {input} -> {t}");
        var state = Show(fold.State, fold.Core, t, e);
        var published = state != fold.State;
        if (published)
        {
            state = state with { Sequence = fold.State.Sequence + 1, At = at };
        }

        var (pending, answers) = Settlement.Of(fold.Pending, t, e, state);
        var next = fold with
        {
            Core = t.Next,
            State = state,
            Deadlines = Arm(fold, number, t, at),
            Pending = pending,
        };
        return new VmStep(next, e, at, t.Effects, t.Devices, answers, published) { Number = number };
    }

    // A timer of a state that was left, or the answer to a call that was already given up, must not touch the state.
    private static bool Concerns(VmFold fold, VmEvent e) => e.Kind switch
    {
        VmEventKind.DeadlineElapsed or VmEventKind.DeadlineBusy => IsArmed(fold.Deadlines, e),
        VmEventKind.CallAcked or VmEventKind.CallRefused =>
            fold.Pending.TryGetValue(e.Token, out var kind) && kind == VmEventKind.CallRequested,
        _ => true,
    };

    private static bool IsArmed(ImmutableArray<Deadline> deadlines, VmEvent e)
    {
        foreach (var deadline in deadlines)
        {
            if (deadline.Id == e.Token)
            {
                return (int)deadline.Kind == e.Operand;
            }
        }

        return false;
    }

    private static VmState Show(VmState state, VmCore before, Transition t, VmEvent e)
    {
        var next = state with
        {
            Phase = t.Next.Phase,
            Reason = t.Next.Reason,
            ResourcesLost = t.Next.Has(VmFlags.ResourcesLost),
            Queued = t.Next.Has(VmFlags.Queued),
        };
        if (t.Next.Reason != before.Reason)
        {
            next = next with { Message = Cause.Describe(t.Next.Reason, e) };
        }

        if (e.Kind == VmEventKind.RunPodRequested && t.Refused == Refusal.None)
        {
            next = next with { PodId = e.PodId, Labels = e.Labels, ExitCodes = default };
        }

        // Codes are believed only from the event that ends the pod; a hostile guest may send them at any time.
        if (e.ExitCodes.Count > 0 && t.Effects.HasFlag(VmEffects.EndPod))
        {
            next = next with { ExitCodes = e.ExitCodes };
        }

        return e.Kind == VmEventKind.ProcessStarted && !state.IsTerminal ? next with { Machine = e.Text } : next;
    }

    // A limit that ran out while the machine was at work is given its time again. The core is not asked: nothing has happened to it.
    private static VmFold? Extend(VmFold fold, long number, VmEvent e, TimeSpan at)
    {
        var deadline = fold.Deadlines.First(d => d.Id == e.Token);
        return !deadline.MayExtend ? null : fold with
        {
            Deadlines = fold.Deadlines.Replace(
                deadline, deadline with { Id = NewId(number, deadline.Kind), ArmedAt = at, Extensions = deadline.Extensions + 1 }),
        };
    }

    // Part of the journal's format, so the kinds of its first days keep their numbers; the younger one counts the other way.
    private static long NewId(long number, DeadlineKind kind) =>
        kind == DeadlineKind.Queue ? -number : number * (long)DeadlineKind.Queue + (int)kind;

    private static ImmutableArray<Deadline> Arm(VmFold fold, long number, Transition t, TimeSpan at)
    {
        if (t.Rearmed.IsEmpty && t.Next.Armed == fold.Core.Armed)
        {
            return fold.Deadlines;
        }

        var armed = ImmutableArray.CreateBuilder<Deadline>();
        for (var k = 0; k < DeadlineSet.Kinds; k++)
        {
            var kind = (DeadlineKind)k;
            if (t.Rearmed.Has(kind))
            {
                armed.Add(new Deadline(NewId(number, kind), kind, fold.Timeouts.For(kind), at));
            }
            else if (t.Next.Armed.Has(kind))
            {
                armed.Add(Armed(fold.Deadlines, kind));
            }
        }

        return armed.DrainToImmutable();
    }

    private static Deadline Armed(ImmutableArray<Deadline> deadlines, DeadlineKind kind)
    {
        foreach (var deadline in deadlines)
        {
            if (deadline.Kind == kind)
            {
                return deadline;
            }
        }

        throw new InvalidOperationException($"{kind} is not armed");
    }
}
