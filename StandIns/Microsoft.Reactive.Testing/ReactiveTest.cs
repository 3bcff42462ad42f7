using System.Reactive;

namespace Microsoft.Reactive.Testing;

/// <summary>Short names for recorded notifications and subscription windows. Derive a test class from it to use them unqualified.</summary>
public class ReactiveTest
{
    /// <summary>A value at a time.</summary>
    /// <param name="ticks">Virtual time in ticks.</param>
    /// <param name="value">The value.</param>
    public static Recorded<Notification<T>> OnNext<T>(long ticks, T value) => new(ticks, Notification.CreateOnNext(value));

    /// <summary>Completion at a time.</summary>
    /// <param name="ticks">Virtual time in ticks.</param>
    public static Recorded<Notification<T>> OnCompleted<T>(long ticks) => new(ticks, Notification.CreateOnCompleted<T>());

    /// <summary>An error at a time. Exceptions compare by their own equality, by default by reference.</summary>
    /// <param name="ticks">Virtual time in ticks.</param>
    /// <param name="exception">The error.</param>
    public static Recorded<Notification<T>> OnError<T>(long ticks, Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return new(ticks, Notification.CreateOnError<T>(exception));
    }

    /// <summary>A closed subscription window.</summary>
    /// <param name="start">Time of subscription in ticks.</param>
    /// <param name="end">Time of disposal in ticks.</param>
    public static Subscription Subscribe(long start, long end) => new(start, end);

    /// <summary>A subscription window that is still open.</summary>
    /// <param name="start">Time of subscription in ticks.</param>
    public static Subscription Subscribe(long start) => new(start);
}
