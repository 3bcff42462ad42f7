namespace Rx.Qmp.Isolation;

/// <summary>What adding an item did to a backlog.</summary>
internal enum BacklogOutcome
{
    /// <summary>It waits with the others.</summary>
    Kept,

    /// <summary>One item was dropped for it, or it was.</summary>
    Dropped,

    /// <summary>It took the place of an earlier one.</summary>
    Replaced,

    /// <summary>It does not fit, and nothing may be lost.</summary>
    Full,
}

/// <summary>What one observer has lost since it began.</summary>
/// <param name="Dropped">Items dropped because its backlog was full.</param>
/// <param name="Replaced">Items that a later one took the place of.</param>
internal readonly record struct BacklogLoss(long Dropped, long Replaced);
