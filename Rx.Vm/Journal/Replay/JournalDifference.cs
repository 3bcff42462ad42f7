using Rx.Vm.Lifecycle;

namespace Rx.Vm.Journal;

/// <summary>A step of a replay that came out differently.</summary>
/// <param name="Recorded">The entry, with the outcome it had.</param>
/// <param name="Replayed">The step it is now.</param>
public sealed record JournalDifference(JournalEntry Recorded, VmStep Replayed)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        var (was, now) = (Recorded.Outcome, JournalOutcome.Of(Replayed));
        var more = was with { Digest = now.Digest } == now
            ? "\n  phase, reason and effects are the same: what differs is a text, a deadline, a waiting request or an answer"
            : "";
        return $"event {Recorded.Index}, {Recorded.Event.Kind} at {Recorded.At}:\n  recorded {was}\n  replayed {now}{more}";
    }
}
