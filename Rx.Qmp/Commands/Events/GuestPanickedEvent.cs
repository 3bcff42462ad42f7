using Rx.Qmp.Messages;

namespace Rx.Qmp.Commands.Events;

/// <summary>GUEST_PANICKED: the guest's kernel reported that it crashed.</summary>
/// <param name="Action">What QEMU does about it, in its words: pause, poweroff, run, …; empty if it did not say.</param>
/// <param name="At">When, by QEMU's clock; null if unknown.</param>
public sealed record GuestPanickedEvent(string Action, DateTimeOffset? At) : IQmpTypedEvent<GuestPanickedEvent>
{
    /// <inheritdoc/>
    public static string EventName => "GUEST_PANICKED";

    /// <summary>Reads one; never null.</summary>
    /// <param name="source">The event.</param>
    /// <returns>The typed event.</returns>
    public static GuestPanickedEvent? TryRead(QmpEvent source) =>
        new(source.DataLeniently.Member("action").AsText() ?? string.Empty, source.Timestamp);
}
