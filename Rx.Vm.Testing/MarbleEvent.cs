using System.Reactive;
using Rx.Vm.Testing.Notation;

namespace Rx.Vm.Testing;

/// <summary>
/// One notification and its time. Values compare by their own equality; errors by type and message, because a test can rarely name the
/// instance, or by the test that a legend gives for them.
/// </summary>
/// <typeparam name="T">The value type.</typeparam>
/// <param name="At">Time since the beginning of the recording; negative for what a hot source did before it.</param>
/// <param name="Notification">The value, the error or the completion.</param>
public readonly record struct MarbleEvent<T>(TimeSpan At, Notification<T> Notification)
{
    /// <inheritdoc/>
    public bool Equals(MarbleEvent<T> other) => At == other.At && Sameness.Same(Notification, other.Notification, null);

    /// <inheritdoc/>
    public override int GetHashCode() => Notification.Kind == NotificationKind.OnNext
        ? HashCode.Combine(At, Notification)
        : HashCode.Combine(At, Notification.Kind);
}
