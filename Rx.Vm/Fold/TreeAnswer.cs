using Rx.Vm.Lifecycle;

namespace Rx.Vm.Fold;

/// <summary>How a request was answered.</summary>
internal enum Verdict : byte
{
    /// <summary>It was not yet.</summary>
    Open,

    /// <summary>What was asked for is so.</summary>
    Done,

    /// <summary>It came to nothing; the reason tells why.</summary>
    Failed,

    /// <summary>Its own time was over. What was asked for may still come about.</summary>
    TimedOut,

    /// <summary>Its target has gone.</summary>
    Gone,

    /// <summary>Turned down at the door; nothing was changed.</summary>
    Refused,
}

/// <summary>The one answer to a request.</summary>
/// <param name="Token">The request.</param>
/// <param name="Verdict">How it ended.</param>
/// <param name="Target">What it was about: for a new container or session its id.</param>
/// <param name="Why">Why it was refused.</param>
/// <param name="Reason">Why it failed, or went.</param>
/// <param name="Payload">What the guest answered, or the cause in words.</param>
internal readonly record struct TreeAnswer(
    long Token, Verdict Verdict, int Target = 0, Denial Why = Denial.None, VmReason Reason = VmReason.None, Payload? Payload = null);
