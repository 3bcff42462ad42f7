using System.Collections.Immutable;
using Rx.Values;

namespace Rx.Vm.Journal;

/// <summary>
/// A machine's life as it was recorded, from its journal in memory or from a file. <see cref="JournalReplay.Run"/> folds it again.
/// </summary>
/// <param name="Header">The machine.</param>
/// <param name="Entries">The entries, in order; their numbers grow.</param>
public sealed record JournalRecording(JournalHeader Header, ImmutableArray<JournalEntry> Entries)
{
    private readonly ListField<JournalEntry> _entries = Entries;

    /// <summary>The entries, in order; their numbers grow.</summary>
    public ImmutableArray<JournalEntry> Entries { get => _entries; init => _entries = value; }

    /// <summary>How many events the recorder had seen; more than the number of the last entry when the last ones were dropped.</summary>
    public long Seen { get; init; } = Entries.IsEmpty ? 0 : Entries[^1].Index;

    /// <summary>How the reading ended; clean for a journal in memory.</summary>
    public JournalEnd End { get; init; } = JournalEnd.InMemory;

    /// <summary>How many events are missing.</summary>
    public long Dropped => Seen - Entries.Length;

    /// <summary>Where they are missing, in order.</summary>
    public IEnumerable<JournalGap> Gaps
    {
        get
        {
            var next = 1L;
            foreach (var entry in Entries)
            {
                if (entry.Index > next)
                {
                    yield return new JournalGap(next, entry.Index - next);
                }

                next = entry.Index + 1;
            }

            if (Seen >= next)
            {
                yield return new JournalGap(next, Seen - next + 1);
            }
        }
    }
}
