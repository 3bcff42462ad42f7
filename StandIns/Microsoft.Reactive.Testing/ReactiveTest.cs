using System.Reactive;

namespace Microsoft.Reactive.Testing;

/// <summary>Short names for recorded notifications and subscription windows. Derive a test class from it to use them unqualified.</summary>
public class ReactiveTest
{
    /// <summary>Default virtual time at which <see cref="TestScheduler"/>.Start calls the factory of the sequence.</summary>
    public const long Created = 100;

    /// <summary>Default virtual time at which it subscribes.</summary>
    public const long Subscribed = 200;

    /// <summary>Default virtual time at which it disposes the subscription.</summary>
    public const long Disposed = 1000;

    /// <summary>A value at a time.</summary>
    /// <param name="ticks">Virtual time in ticks.</param>
    /// <param name="value">The value.</param>
    public static Recorded<Notification<T>> OnNext<T>(long ticks, T value) => new(ticks, Notification.CreateOnNext(value));

    /// <summary>An expectation: some value at a time that passes a test. Only for the expected side of a comparison.</summary>
    /// <param name="ticks">Virtual time in ticks.</param>
    /// <param name="predicate">Test of the value.</param>
    public static Recorded<Notification<T>> OnNext<T>(long ticks, Func<T, bool> predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        return new(ticks, new PredicateNotification<T>(NotificationKind.OnNext, actual => predicate(actual.Value)));
    }

    /// <summary>Completion at a time.</summary>
    /// <param name="ticks">Virtual time in ticks.</param>
    public static Recorded<Notification<T>> OnCompleted<T>(long ticks) => new(ticks, Notification.CreateOnCompleted<T>());

    /// <summary>Completion at a time; the witness only fixes the type.</summary>
    /// <param name="ticks">Virtual time in ticks.</param>
    /// <param name="witness">Ignored.</param>
    public static Recorded<Notification<T>> OnCompleted<T>(long ticks, T witness) => OnCompleted<T>(ticks);

    /// <summary>An error at a time. Exceptions compare by their own equality, by default by reference.</summary>
    /// <param name="ticks">Virtual time in ticks.</param>
    /// <param name="exception">The error.</param>
    public static Recorded<Notification<T>> OnError<T>(long ticks, Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return new(ticks, Notification.CreateOnError<T>(exception));
    }

    /// <summary>An expectation: some error at a time that passes a test. Only for the expected side of a comparison.</summary>
    /// <param name="ticks">Virtual time in ticks.</param>
    /// <param name="predicate">Test of the exception.</param>
    public static Recorded<Notification<T>> OnError<T>(long ticks, Func<Exception, bool> predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        return new(ticks, new PredicateNotification<T>(NotificationKind.OnError, actual => predicate(actual.Exception!)));
    }

    /// <summary>An error at a time; the witness only fixes the type.</summary>
    /// <param name="ticks">Virtual time in ticks.</param>
    /// <param name="exception">The error.</param>
    /// <param name="witness">Ignored.</param>
    public static Recorded<Notification<T>> OnError<T>(long ticks, Exception exception, T witness) => OnError<T>(ticks, exception);

    /// <summary>An expected error that passes a test; the witness only fixes the type.</summary>
    /// <param name="ticks">Virtual time in ticks.</param>
    /// <param name="predicate">Test of the exception.</param>
    /// <param name="witness">Ignored.</param>
    public static Recorded<Notification<T>> OnError<T>(long ticks, Func<Exception, bool> predicate, T witness) =>
        OnError<T>(ticks, predicate);

    /// <summary>A closed subscription window.</summary>
    /// <param name="start">Time of subscription in ticks.</param>
    /// <param name="end">Time of disposal in ticks.</param>
    public static Subscription Subscribe(long start, long end) => new(start, end);

    /// <summary>A subscription window that is still open.</summary>
    /// <param name="start">Time of subscription in ticks.</param>
    public static Subscription Subscribe(long start) => new(start);
}
