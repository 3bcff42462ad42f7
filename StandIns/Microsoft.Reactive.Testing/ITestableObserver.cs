using System.Reactive;

namespace Microsoft.Reactive.Testing;

/// <summary>An observer that writes down every notification with the virtual time at which it arrived.</summary>
/// <typeparam name="T">Type of the observed values.</typeparam>
public interface ITestableObserver<T> : IObserver<T>
{
    /// <summary>The notifications so far, in order of arrival. Times are ticks of the scheduler's clock.</summary>
    IList<Recorded<Notification<T>>> Messages { get; }
}
