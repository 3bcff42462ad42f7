using System.Globalization;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Journal;

/// <summary>What an event made of the machine, as far as a journal keeps it: enough to tell whether a replay did the same.</summary>
public readonly record struct JournalOutcome
{
    internal JournalOutcome(VmPhase phase, VmReason reason, VmEffects effects, ulong digest) =>
        (Phase, Reason, Effects, Digest) = (phase, reason, effects, digest);

    /// <summary>The phase after the event.</summary>
    public VmPhase Phase { get; init; }

    /// <summary>The first cause of leaving the normal course, as of this event.</summary>
    public VmReason Reason { get; init; }

    /// <summary>What was to be done.</summary>
    internal VmEffects Effects { get; init; }

    /// <summary>A number over the whole step: state, deadlines, waiting requests, effects and answers.</summary>
    internal ulong Digest { get; init; }

    /// <summary>The outcome of <paramref name="step"/>.</summary>
    internal static JournalOutcome Of(VmStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return new(step.Fold.State.Phase, step.Fold.State.Reason, step.Effects, StepDigest.Of(step));
    }

    /// <summary>All of it on one line.</summary>
    public override string ToString() =>
        $"{Phase}, {Reason}, effects {Effects}, digest {Digest.ToString("x16", CultureInfo.InvariantCulture)}";
}
