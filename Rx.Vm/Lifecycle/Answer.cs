namespace Rx.Vm.Lifecycle;

/// <summary>How a request was answered.</summary>
internal enum AnswerKind : byte
{
    /// <summary>Done.</summary>
    Completed,

    /// <summary>Accepted, but it came to nothing; the reason tells why.</summary>
    Failed,

    /// <summary>Turned down at once; nothing was changed.</summary>
    Refused,
}

/// <summary>The one answer to a request.</summary>
/// <param name="Command">The request, by the number it was given.</param>
/// <param name="Kind">How it ended.</param>
/// <param name="Phase">The phase in which it was answered.</param>
/// <param name="Refusal">Why it was refused.</param>
/// <param name="Reason">Why it failed.</param>
/// <param name="Message">The cause in words.</param>
internal readonly record struct Answer(
    long Command,
    AnswerKind Kind,
    VmPhase Phase,
    Refusal Refusal = Refusal.None,
    VmReason Reason = VmReason.None,
    string? Message = null);
