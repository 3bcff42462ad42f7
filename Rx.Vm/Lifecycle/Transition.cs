using Rx.Vm.Devices;

namespace Rx.Vm.Lifecycle;

/// <summary>What one event makes of one state.</summary>
/// <param name="Next">The state after the event.</param>
/// <param name="Effects">What is to be done, in the order of the bits.</param>
/// <param name="Devices">The slots that <see cref="VmEffects.AddDevices"/> and <see cref="VmEffects.RemoveDevices"/> concern.</param>
/// <param name="Rearmed">Deadlines whose time starts (anew) with this transition. Every one of them is armed in <paramref name="Next"/>.</param>
/// <param name="Refused">Why the request of this event was refused, or <see cref="Refusal.None"/>.</param>
internal readonly record struct Transition(
    VmCore Next,
    VmEffects Effects = VmEffects.None,
    SlotSet Devices = default,
    DeadlineSet Rearmed = default,
    Refusal Refused = Refusal.None)
{
    /// <summary>Adds <paramref name="effects"/>.</summary>
    public Transition Do(VmEffects effects) => this with { Effects = Effects | effects };

    /// <summary>Arms <paramref name="kind"/>, from now on.</summary>
    public Transition Arm(DeadlineKind kind) =>
        this with { Next = Next with { Armed = Next.Armed.With(kind) }, Rearmed = Rearmed.With(kind) };

    /// <summary>Disarms <paramref name="kind"/>.</summary>
    public Transition Disarm(DeadlineKind kind) =>
        this with { Next = Next with { Armed = Next.Armed.Without(kind) }, Rearmed = Rearmed.Without(kind) };

    /// <summary>Disarms everything.</summary>
    public Transition DisarmAll() => this with { Next = Next with { Armed = DeadlineSet.Empty }, Rearmed = DeadlineSet.Empty };
}
