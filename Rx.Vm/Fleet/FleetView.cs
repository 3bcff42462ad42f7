using System.Reactive;
using System.Reactive.Disposables;
using DynamicData;
using DynamicData.Kernel;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Fleet;

/// <summary>
/// The fleet as its followers see it. What one of them throws, at the first change set or later, ends its own subscription and reaches
/// nobody: neither who subscribes nor the others nor the machine whose state was being told.
/// </summary>
/// <remarks>
/// Operator checklist, of every stream here. Serialization: the cache's, one change set at a time. Terminal: passed on; a follower that threw
/// hears nothing more. Disposal: the source's. Errors: an exception of the follower is reported and swallowed. Back-pressure: none, the
/// thread that edits waits for its followers. Scheduler: none, calls come on the editing thread, the first one on the subscriber's.
/// Temperature: the source's. Races: the subscription of a follower that throws within Subscribe is disposed as soon as there is one.
/// </remarks>
internal sealed class FleetView(IObservableCache<VmState, string> fleet, Action<Exception> report) : IObservableCache<VmState, string>
{
    /// <inheritdoc/>
    public int Count => fleet.Count;

    /// <inheritdoc/>
    public IReadOnlyList<VmState> Items => fleet.Items;

    /// <inheritdoc/>
    public IReadOnlyList<string> Keys => fleet.Keys;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, VmState> KeyValues => fleet.KeyValues;

    /// <inheritdoc/>
    public IObservable<int> CountChanged => Guard(fleet.CountChanged);

    /// <inheritdoc/>
    public Optional<VmState> Lookup(string key) => fleet.Lookup(key);

    /// <inheritdoc/>
    public IObservable<IChangeSet<VmState, string>> Connect(Func<VmState, bool>? predicate = null, bool suppressEmptyChangeSets = true) =>
        Guard(fleet.Connect(predicate, suppressEmptyChangeSets));

    /// <inheritdoc/>
    public IObservable<IChangeSet<VmState, string>> Preview(Func<VmState, bool>? predicate = null) => Guard(fleet.Preview(predicate));

    /// <inheritdoc/>
    public IObservable<Change<VmState, string>> Watch(string key) => Guard(fleet.Watch(key));

    /// <summary>Does nothing: the host ends its fleet, not a follower.</summary>
    public void Dispose()
    {
    }

    private Guarded<T> Guard<T>(IObservable<T> source) => new(source, report);

    // Not an operator of System.Reactive: its Create would let what a follower throws within Subscribe out to the caller.
    private sealed class Guarded<T>(IObservable<T> source, Action<Exception> report) : IObservable<T>
    {
        public IDisposable Subscribe(IObserver<T> observer)
        {
            ArgumentNullException.ThrowIfNull(observer);
            var subscription = new SingleAssignmentDisposable();
            subscription.Disposable = source.Subscribe(new AnonymousObserver<T>(
                item => Call(observer, subscription, o => o.OnNext(item)),
                error => Call(observer, subscription, o => o.OnError(error)),
                () => Call(observer, subscription, static o => o.OnCompleted())));
            return subscription;
        }

        private void Call(IObserver<T> observer, SingleAssignmentDisposable subscription, Action<IObserver<T>> call)
        {
            if (subscription.IsDisposed)
            {
                return;
            }

            try
            {
                call(observer);
            }
            catch (Exception fault)
            {
                subscription.Dispose();
                report(fault);
            }
        }
    }
}
