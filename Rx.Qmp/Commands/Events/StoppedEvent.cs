using Rx.Qmp.Messages;

namespace Rx.Qmp.Commands.Events;

/// <summary>STOP: the guest was paused.</summary>
/// <param name="At">When, by QEMU's clock; null if unknown.</param>
public sealed record StoppedEvent(DateTimeOffset? At) : IQmpTypedEvent<StoppedEvent>
{
    /// <inheritdoc/>
    public static string EventName => "STOP";

    /// <summary>Reads one; never null.</summary>
    /// <param name="source">The event.</param>
    /// <returns>The typed event.</returns>
    public static StoppedEvent? TryRead(QmpEvent source) => new(source.Timestamp);
}
