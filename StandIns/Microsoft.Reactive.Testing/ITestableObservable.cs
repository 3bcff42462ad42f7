using System.Reactive;

namespace Microsoft.Reactive.Testing;

/// <summary>A scripted source that remembers when it was subscribed to and for how long.</summary>
/// <typeparam name="T">Type of the produced values.</typeparam>
public interface ITestableObservable<T> : IObservable<T>
{
    /// <summary>One window per subscription, in that order; an open one ends at <see cref="Subscription.Infinite"/>.</summary>
    IList<Subscription> Subscriptions { get; }

    /// <summary>The script: absolute times for a hot source, times relative to each subscription for a cold one.</summary>
    IList<Recorded<Notification<T>>> Messages { get; }
}
