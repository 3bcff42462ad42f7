using System.Globalization;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Journal;

/// <summary>What an event made of the machine, as far as a journal keeps it: enough to tell whether a replay did the same.</summary>
/// <param name="Phase">The phase after the event.</param>
/// <param name="Reason">The first cause of leaving the normal course, as of this event.</param>
/// <param name="Effects">What was to be done.</param>
/// <param name="Digest">A number over the whole step: state, deadlines, waiting requests, effects and answers.</param>
public readonly record struct JournalOutcome(VmPhase Phase, VmReason Reason, VmEffects Effects, ulong Digest)
{
    /// <summary>The outcome of <paramref name="step"/>.</summary>
    public static JournalOutcome Of(VmStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return new(step.Fold.State.Phase, step.Fold.State.Reason, step.Effects, StepDigest.Of(step));
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Phase}, {Reason}, effects {Effects}, digest {Digest.ToString("x16", CultureInfo.InvariantCulture)}";
}
