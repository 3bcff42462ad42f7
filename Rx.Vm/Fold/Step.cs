using System.Collections.Immutable;

namespace Rx.Vm.Fold;

/// <summary>
/// The accumulator of the scan: one event and what it made of the machine. What has begun and what was given up is the difference of both
/// states' operations, see <see cref="OpDifference"/>; a session that was there before and is not after has ended by this event, or was lost.
/// </summary>
/// <param name="State">The state after it: the same object where nothing has changed.</param>
/// <param name="Before">The state before it.</param>
/// <param name="Event">The event.</param>
/// <param name="Answers">The requests answered by it.</param>
internal readonly record struct Step(State State, State Before, Event Event, ImmutableArray<TreeAnswer> Answers)
{
    /// <summary>Whether anything has changed.</summary>
    public bool Changed => !ReferenceEquals(State, Before);
}

/// <summary>What is to be started and what is to be given up between two states.</summary>
internal static class OpDifference
{
    /// <summary>Those of <paramref name="after"/> that are new: they are at its end, as ids rise.</summary>
    public static ReadOnlySpan<Op> Begun(State before, State after)
    {
        var from = after.Ops.Length;
        while (from > 0 && after.Ops[from - 1].Id >= before.NextOp)
        {
            from--;
        }

        return after.Ops.AsSpan()[from..];
    }

    /// <summary>Tells <paramref name="dropped"/> each of <paramref name="before"/> that is not there any more, in the order of their ids.</summary>
    public static void GivenUp(State before, State after, Action<Op> dropped)
    {
        if (before.Ops == after.Ops)
        {
            return;
        }

        var at = 0;
        foreach (var op in before.Ops)
        {
            if (at < after.Ops.Length && after.Ops[at].Id == op.Id)
            {
                at++;
            }
            else
            {
                dropped(op);
            }
        }
    }
}
