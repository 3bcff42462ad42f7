using Rx.Vm.Lifecycle;

namespace Rx.Vm.Journal;

/// <summary>One event of a machine's life, and what it led to.</summary>
/// <param name="Index">The event's number in that life, from 1; a jump means that entries are missing.</param>
/// <param name="At">When it was folded, in time since the machine was made.</param>
/// <param name="Event">The event. Never holds arguments or environment values of pods.</param>
/// <param name="Outcome">What it made of the machine.</param>
public sealed record JournalEntry(long Index, TimeSpan At, VmEvent Event, JournalOutcome Outcome)
{
    /// <summary>The entry of <paramref name="step"/>, which must have an event.</summary>
    internal static JournalEntry Of(VmStep step) => new(step.Number, step.At, step.Event!, JournalOutcome.Of(step));
}
