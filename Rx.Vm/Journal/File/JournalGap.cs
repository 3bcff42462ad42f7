namespace Rx.Vm.Journal;

/// <summary>Entries that are missing: memory keeps only the last ones, or the disk could not take them.</summary>
/// <param name="First">The number of the first missing event.</param>
/// <param name="Count">How many are missing; at least 1.</param>
public readonly record struct JournalGap(long First, long Count)
{
    /// <inheritdoc/>
    public override string ToString() => Count == 1 ? $"event {First} is missing" : $"events {First} to {First + Count - 1} are missing";
}
