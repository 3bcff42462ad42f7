using System.Reactive;

namespace Microsoft.Reactive.Testing;

/// <summary>
/// An expectation in the shape of a notification: equal to every real one its test accepts. It has no value or exception of its own,
/// so it only works as the expected (left) side; a real notification compared with it asks for one and gets NotSupportedException.
/// </summary>
internal sealed class PredicateNotification<T>(NotificationKind kind, Func<Notification<T>, bool> accepts) : Notification<T>
{
    public override T Value => kind == NotificationKind.OnNext ? throw Unsupported() : throw new InvalidOperationException("No value.");

    public override bool HasValue => kind == NotificationKind.OnNext;

    public override Exception? Exception => kind == NotificationKind.OnError ? throw Unsupported() : null;

    public override NotificationKind Kind => kind;

    public override bool Equals(Notification<T>? other) => other is not null && other.Kind == kind && accepts(other);

    public override int GetHashCode() => (int)kind;

    public override string ToString() => $"{kind}(predicate)";

    public override void Accept(IObserver<T> observer) => throw Unsupported();

    public override TResult Accept<TResult>(IObserver<T, TResult> observer) => throw Unsupported();

    public override void Accept(Action<T> onNext, Action<Exception> onError, Action onCompleted) => throw Unsupported();

    public override TResult Accept<TResult>(Func<T, TResult> onNext, Func<Exception, TResult> onError, Func<TResult> onCompleted) =>
        throw Unsupported();

    private static NotSupportedException Unsupported() => new("A predicate can only be compared, and only as the expected side.");
}
