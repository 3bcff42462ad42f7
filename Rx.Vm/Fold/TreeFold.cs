using Rx.Vm.Machines;

namespace Rx.Vm.Fold;

/// <summary>
/// The whole fold: an event goes to its owner, then words go down and tallies up until nothing moves, then requests are answered, and what is
/// over is taken out. Pure: the same events give the same states, operations and answers.
/// <code>
///   request ─► door ─┐                        words ▼            ┌─ State: cores and the facts beside them
///   end of an op ────┼─► owner's fold ─► machine ─ pod ─ container ─ device, session ─┼─ operations: those the cores want
///   fact ────────────┘                        tallies ▲          └─ answers: one a request
/// </code>
/// </summary>
internal static class TreeFold
{
    /// <summary>A machine before its first event.</summary>
    /// <param name="keep">Whether it outlives a pod that ends by itself or fails to start.</param>
    public static State Initial(bool keep) => new() { Machine = new MachineCore { Keep = keep } };

    /// <summary>What <paramref name="e"/> makes of <paramref name="s"/>. What is stale, late or means nothing gives the same state object.</summary>
    public static Step Step(State s, in Event e)
    {
        // Before anything is copied: what nobody waits for any more, and what another life has seen.
        var at = -1;
        if (e.Input.Family is InputFamily.End or InputFamily.Fact)
        {
            at = s.FindOp(e.Op);
            if (at < 0 || !Matches(s.Ops[at], e.Input))
            {
                return new(s, s, e, []);
            }
        }

        var draft = new Draft(s, e.Payload);
        switch (e.Input.Family)
        {
            case InputFamily.Request:
                draft.Ask(e);
                break;
            case InputFamily.End:
                draft.End(s.Ops[at], e);
                break;
            case InputFamily.Fact:
                draft.See(e);
                break;
            case InputFamily.Fault:
                draft.Break(e);
                break;
            case InputFamily.Abandoned:
                break;
        }

        if (draft.IsTouched)
        {
            draft.Settle();
        }

        return draft.ToStep(e);
    }

    private static bool Matches(in Op op, Input input) => input.Family == InputFamily.End
        ? op.Kind == input.Ended
        : op.Kind == (input.Fact is FactKind.Queued or FactKind.Admitted ? OpKind.Launch : OpKind.Attend);
}
