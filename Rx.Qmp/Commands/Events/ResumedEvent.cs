using Rx.Qmp.Messages;

namespace Rx.Qmp.Commands.Events;

/// <summary>RESUME: the guest runs on.</summary>
/// <param name="At">When, by QEMU's clock; null if unknown.</param>
public sealed record ResumedEvent(DateTimeOffset? At) : IQmpTypedEvent<ResumedEvent>
{
    /// <inheritdoc/>
    public static string EventName => "RESUME";

    /// <summary>Reads one; never null.</summary>
    /// <param name="source">The event.</param>
    /// <returns>The typed event.</returns>
    public static ResumedEvent? TryRead(QmpEvent source) => new(source.Timestamp);
}
