namespace Rx.Vm.Fold;

/// <summary>
/// All that a parent hears of its children: the flags of each, joined by OR. Not counts: every decision needs only "any", and a parent that
/// cannot tell two from three is proved for all numbers by a search with every tally.
/// </summary>
[Flags]
internal enum Tally : ushort
{
    /// <summary>No child, or none that says anything.</summary>
    None = 0,

    /// <summary>On its way to where it is wanted.</summary>
    Moving = 1 << 0,

    /// <summary>Holds something in the machine or on the host.</summary>
    Held = 1 << 1,

    /// <summary>Runs in the guest, or may.</summary>
    Live = 1 << 2,

    /// <summary>A device could not be attached.</summary>
    NoDevice = 1 << 3,

    /// <summary>The guest refused a first start.</summary>
    NoStart = 1 << 4,

    /// <summary>A first start took too long.</summary>
    StartLate = 1 << 5,

    /// <summary>The guest refused even the kill.</summary>
    StopRefused = 1 << 6,

    /// <summary>It did not end in time, not even by the kill.</summary>
    StopLate = 1 << 7,

    /// <summary>A device does not come off.</summary>
    StuckOut = 1 << 8,

    /// <summary>Something on the host was not given back and is listed as lost.</summary>
    Leaked = 1 << 9,

    /// <summary>Has its devices and waits for the word to start.</summary>
    Waiting = 1 << 10,
}

/// <summary>Questions to a tally.</summary>
internal static class Tallies
{
    /// <summary>Whether any of <paramref name="flags"/> is told.</summary>
    public static bool Any(this Tally tally, Tally flags) => (tally & flags) != 0;
}
