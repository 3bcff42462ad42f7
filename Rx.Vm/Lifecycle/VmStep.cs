using System.Collections.Immutable;
using Rx.Vm.Devices;

namespace Rx.Vm.Lifecycle;

/// <summary>One event, what it made of the machine, and what is to be done about it.</summary>
/// <param name="Fold">The machine after the event.</param>
/// <param name="Event">The event; null only in the initial step.</param>
/// <param name="At">When it was folded, in time since the machine was made.</param>
/// <param name="Effects">What is to be done, in the order of the bits.</param>
/// <param name="Devices">The slots that the device effects concern.</param>
/// <param name="Answers">Requests answered by this turn.</param>
/// <param name="Published">Whether <see cref="VmFold.State"/> is new and is published.</param>
internal sealed record VmStep(
    VmFold Fold,
    VmEvent? Event,
    TimeSpan At,
    VmEffects Effects,
    SlotSet Devices,
    ImmutableArray<Answer> Answers,
    bool Published)
{
    /// <summary>How many events were folded, with this one; 0 before the first.</summary>
    public long Number { get; init; }

    /// <summary>Whether it brought the terminal state.</summary>
    public bool IsLast => Published && Fold.State.IsTerminal;
}
