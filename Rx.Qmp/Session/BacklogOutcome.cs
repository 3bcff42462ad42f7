namespace Rx.Qmp.Session;

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
