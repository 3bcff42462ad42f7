namespace Rx.Vm.Journal;

/// <summary>A step of a replay that came out differently.</summary>
/// <param name="Recorded">The entry, with the outcome it had.</param>
/// <param name="Replayed">The same event with the outcome it has now.</param>
public sealed record JournalDifference(JournalEntry Recorded, JournalEntry Replayed)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        var (was, now) = (Recorded.Outcome, Replayed.Outcome);
        var more = was with { Digest = now.Digest } == now
            ? "\n  phase, reason and effects are the same: what differs is a text, a deadline, a waiting request or an answer"
            : "";
        return $"event {Recorded.Index}, {Recorded.Event.Kind} at {Recorded.At}:\n  recorded {was}\n  replayed {now}{more}";
    }
}
