using System.Reactive.Disposables;

namespace Rx.Vm.Reactive;

/// <summary>An inbox in the middle of a pipeline.</summary>
internal static class InboxOperator
{
    /// <summary>
    /// What <paramref name="source"/> emits, one item at a time and in order; see <see cref="Inbox{T}"/>, which is its checklist. There is
    /// somebody behind the inbox before anything enters it.
    /// </summary>
    /// <param name="source">Whose calls may overlap.</param>
    /// <param name="inbox">An inbox of its own.</param>
    /// <param name="admit">What of an item enters, on the thread that brings it. Throws nothing.</param>
    public static IObservable<T> Through<T>(this IObservable<T> source, Inbox<T> inbox, Func<T, T> admit) => Cold.Of<T>(observer =>
    {
        var leaving = inbox.Subscribe(observer);
        return StableCompositeDisposable.Create(source.Subscribe(new Entrance<T>(inbox, admit)), leaving);
    });

    private sealed class Entrance<T>(Inbox<T> inbox, Func<T, T> admit) : IObserver<T>
    {
        public void OnNext(T value) => inbox.OnNext(admit(value));

        public void OnError(Exception error) => inbox.OnError(error);

        public void OnCompleted() => inbox.OnCompleted();
    }
}
