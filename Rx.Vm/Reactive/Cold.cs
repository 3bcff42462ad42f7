namespace Rx.Vm.Reactive;

/// <summary>Observables that are made of what subscribing does.</summary>
internal static class Cold
{
    /// <summary>An observable that begins with each subscription.</summary>
    /// <remarks>
    /// Operator checklist. Serialization: none, calls may overlap; what stands behind it is an inbox. Terminal: as <paramref name="begin"/>
    /// has it. Disposal: of what it returned. Errors: what it throws leaves through <c>Subscribe</c>. Scheduler: none, not even the
    /// trampoline that <c>Observable.Create</c> subscribes on: an event told while subscribing is folded, and acted upon, at once, and what
    /// that subscribes to must not wait for the end of this subscription. Temperature: cold.
    /// </remarks>
    /// <param name="begin">Begins to tell the observer, and returns what ends that.</param>
    public static IObservable<T> Of<T>(Func<IObserver<T>, IDisposable> begin) => new Beginning<T>(begin);

    private sealed class Beginning<T>(Func<IObserver<T>, IDisposable> begin) : IObservable<T>
    {
        public IDisposable Subscribe(IObserver<T> observer) => begin(observer);
    }
}
