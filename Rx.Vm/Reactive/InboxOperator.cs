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
    public static IObservable<T> Through<T>(this IObservable<T> source, Inbox<T> inbox) => Cold.Of<T>(observer =>
    {
        var leaving = inbox.Subscribe(observer);
        return StableCompositeDisposable.Create(source.Subscribe(inbox), leaving);
    });
}
