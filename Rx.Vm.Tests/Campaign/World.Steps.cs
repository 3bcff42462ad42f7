using Rx.Vm.Lifecycle;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Tests.Campaign;

// The machine's side: the reducer, and those who look on.
internal partial struct World
{
    // How long a machine may be in a phase that waits: the deadlines it can go through there, one after the other. Stopping and Cleaning
    // share one. Destroying has loss or quit, the kill, a second kill for a process that came up late (not after a quit), the release.
    private static readonly uint[] Longest =
    [
        Never,
        Stage.Time(DeadlineKind.Boot),
        Never,
        Stage.Time(DeadlineKind.PodStart),
        Never,
        Stage.Time(DeadlineKind.PodStop),
        Stage.Time(DeadlineKind.PodStop),
        Stage.Time(DeadlineKind.PodDestroy) + Stage.Time(DeadlineKind.Quit),
        Stage.Time(DeadlineKind.Loss) + 2 * Stage.Time(DeadlineKind.Kill) + Stage.Time(DeadlineKind.Release),
        Never,
    ];

    /// <summary>When every life is over at the latest: the last kill, a late start that is killed anew, and the release.</summary>
    public static readonly uint Latest = Patience + 2 * Stage.Time(DeadlineKind.Kill) + Stage.Time(DeadlineKind.Release);

    private void Apply(VmInput input)
    {
        if (_stage.Pipeline is { } pipeline)
        {
            pipeline.Post(input, _now);
            Apply(pipeline);
            return;
        }

        Apply(_core, input, _stage.Reduce(_core, input), _stage.JudgesLaws);
    }

    // All that the pipeline has folded by now, which may be nothing or several steps.
    private void Apply(PipelineMachine pipeline)
    {
        while (Breach == Breach.None && pipeline.TryTake(out var step))
        {
            Apply(step.Before, step.Input, step.Result, _stage.JudgesLaws && step.Concerns);
        }

        Breach = Breach == Breach.None && pipeline.Complaint is not null ? Breach.Pipeline : Breach;
    }

    private void Apply(VmCore before, VmInput input, Transition t, bool judges)
    {
        _stage.Trace?.Add(new TracedStep(_now, input, t));
        Rule = judges ? VmInvariants.CheckAll(before, input, t) : VmRule.None;
        if (Rule != VmRule.None)
        {
            Breach = Breach.Law;
            return;
        }

        _core = t.Next;
        Arm(t.Rearmed);
        var packed = t.Next.Pack();
        if (t.Next != before)
        {
            _stage.States.Add(packed);
        }

        Hash = (Hash ^ (ulong)packed ^ (ulong)(packed >> 64) ^ (ulong)t.Effects << 40 ^ _now) * 0x9E37_79B9_7F4A_7C15;
        Hash ^= Hash >> 29;
        Breach = Judge(before, input.Kind, t);
        if (Breach == Breach.None && t.Effects != VmEffects.None)
        {
            React(t);
        }
    }

    private Breach Judge(VmCore before, K kind, Transition t)
    {
        if (++_steps > MostSteps)
        {
            return Breach.Endless;
        }

        if (before.Phase == VmPhase.Gone && (t.Next != before || (t.Effects & ~VmEffects.CompleteRequest) != 0))
        {
            return Breach.RoseAgain;
        }

        var booked = _ledger.Book(kind, t);
        return booked != Breach.None || t.Next.Phase == before.Phase ? booked : Moved(before.Phase, t.Next.Phase);
    }

    private Breach Moved(VmPhase from, VmPhase to)
    {
        var slow = _now - _entered > (ulong)Longest[(int)from] + _grace;
        if ((from, to) != (VmPhase.Stopping, VmPhase.Cleaning))
        {
            _entered = _now;
        }

        if (slow)
        {
            return Breach.TooSlow;
        }

        if (to == VmPhase.Init && _podSeen)
        {
            PlanShutdown(35_000);
        }

        if (to != VmPhase.Gone)
        {
            return Breach.None;
        }

        GoneAt = _now;
        return !_ledger.IsSettled ? Breach.Unanswered
            : !_ledger.PodsEnded ? Breach.PodEndMissing
            : _process == Process.Alive && !_unkillable ? Breach.ProcessLeft
            : _now > Latest + _grace ? Breach.TooSlow
            : Breach.None;
    }

    private void Close()
    {
        _stage.Pipeline?.Close();
        Breach = _core.Phase != VmPhase.Gone ? Breach.Stuck : _stage.Pipeline?.Complaint is null ? Breach.None : Breach.Pipeline;
    }
}
