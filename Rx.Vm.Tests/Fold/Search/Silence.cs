using Rx.Vm.Fold;
using Rx.Vm.Machines;

namespace Rx.Vm.Tests.Fold.Search;

/// <summary>A life in which nobody says anything any more: only deadlines elapse, and whoever attends tells that the guest is silent.</summary>
internal static class Silence
{
    private const int Most = 64;

    /// <summary>How many deadlines it takes until <paramref name="s"/> is at rest with nobody waiting; -1 when it never is.</summary>
    public static int Length(State s, bool newest)
    {
        for (var length = 0; length < Most; length++)
        {
            if (Next(s, newest) is not { } e)
            {
                return IsAtRest(s) ? length : -1;
            }

            s = TreeFold.Step(s, e).State;
        }

        return -1;
    }

    private static bool IsAtRest(State s) => s.Requests.IsEmpty
        && s.Machine is { Phase: MachinePhase.Preparing or MachinePhase.Gone } or { Phase: MachinePhase.Paused, Freezing: Freezing.Stopped };

    private static Event? Next(State s, bool newest)
    {
        foreach (var op in s.Ops)
        {
            if (op.Kind == OpKind.Attend && !s.Machine.Silent
                && s.Machine is { Phase: MachinePhase.Ready } or { Phase: MachinePhase.Ending, How: EndStage.PodFirst })
            {
                return Event.Saw(FactKind.Silent, op.Id);
            }
        }

        for (var i = 0; i < s.Ops.Length; i++)
        {
            var op = s.Ops[newest ? s.Ops.Length - 1 - i : i];
            if (OpSet.Deadlines.Has(op.Kind))
            {
                return Event.Ended(op);
            }
        }

        return null;
    }
}
