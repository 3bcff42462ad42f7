using System.Collections.Immutable;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Journal;

/// <summary>
/// A recorded life, folded once more. Pure: the fold has no other inputs than the recording, so a replay that comes out differently shows
/// a defect, or that the rules were changed since.
/// </summary>
public sealed class JournalReplay
{
    private JournalReplay(JournalRecording recording, ImmutableArray<VmStep> steps, JournalDifference? difference, JournalGap? gap)
    {
        Recording = recording;
        Steps = steps;
        Difference = difference;
        Gap = gap;
    }

    /// <summary>What was replayed.</summary>
    public JournalRecording Recording { get; }

    /// <summary>The states: the initial one, then the one after each event that was replayed. Later ones than a difference are there too.</summary>
    public IEnumerable<VmState> States => Steps.Select(step => step.Fold.State);

    /// <summary>
    /// The steps: the initial one, then one for each entry up to the first gap. Later steps than a difference are there too.
    /// </summary>
    internal ImmutableArray<VmStep> Steps { get; }

    /// <summary>The first step that came out differently, or null.</summary>
    public JournalDifference? Difference { get; }

    /// <summary>Where the replay had to stop because entries are missing, or null when it came to the end.</summary>
    public JournalGap? Gap { get; }

    /// <summary>Whether every step that was replayed came out as it was recorded: same state, deadlines, effects and answers.</summary>
    public bool IsEqual => Difference is null;

    /// <summary>Folds <paramref name="recording"/> up to its first gap.</summary>
    public static JournalReplay Run(JournalRecording recording)
    {
        ArgumentNullException.ThrowIfNull(recording);
        var steps = ImmutableArray.CreateBuilder<VmStep>(recording.Entries.Length + 1);
        steps.Add(Initial(recording.Header));
        JournalDifference? difference = null;
        foreach (var entry in recording.Entries)
        {
            if (entry.Index != steps.Count)
            {
                break;
            }

            var step = VmFold.Step(steps[^1], entry.Event, entry.At);
            steps.Add(step);
            if (difference is null && JournalOutcome.Of(step) != entry.Outcome)
            {
                difference = new JournalDifference(entry, JournalEntry.Of(step));
            }
        }

        JournalGap? gap = steps.Count <= recording.Seen ? recording.Gaps.First() : null;
        return new JournalReplay(recording, steps.ToImmutable(), difference, gap);
    }
    /// <summary>
    /// What a life of these events is: the initial state, then the one after each event. A recorded life that became a test is folded by this.
    /// </summary>
    /// <param name="header">Which machine, and under which options.</param>
    /// <param name="events">The events and when they happened, in time since the machine was made.</param>
    public static IEnumerable<VmState> Fold(JournalHeader header, IEnumerable<(TimeSpan At, VmEvent Event)> events)
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(events);
        return States();

        IEnumerable<VmState> States()
        {
            var step = Initial(header);
            yield return step.Fold.State;
            foreach (var (at, e) in events)
            {
                step = VmFold.Step(step, e, at);
                yield return step.Fold.State;
            }
        }
    }

    private static VmStep Initial(JournalHeader header) => VmFold.Initial(header.VmId, header.Keep, header.Timeouts);
}
