using System.Reactive.Disposables;
using System.Reactive.Linq;
using DynamicData.Internal;

namespace DynamicData;

/// <content>The streams, and who follows them.</content>
public sealed partial class SourceCache<TObject, TKey>
{
    private readonly Outbox outbox = new();
    private readonly SubscriberList<IChangeSet<TObject, TKey>> connections;
    private readonly SubscriberList<IChangeSet<TObject, TKey>> previews;
    private readonly SubscriberList<int> counts;
    private readonly List<Joining> joining = [];
    private bool ended;

    private sealed record Joining(SerialObserver<IChangeSet<TObject, TKey>> Subscriber, Func<ChangeSet<TObject, TKey>> Snapshot);

    /// <inheritdoc />
    public IObservable<int> CountChanged => Observable.Create<int>(SubscribeCount).DistinctUntilChanged();

    /// <inheritdoc />
    public IObservable<IChangeSet<TObject, TKey>> Connect(Func<TObject, bool>? predicate = null, bool suppressEmptyChangeSets = true)
    {
        var all = Follow(() => RecordingCache<TObject, TKey>.Snapshot(items.Data));
        return predicate is not null ? all.Filter(predicate, suppressEmptyChangeSets)
            : suppressEmptyChangeSets ? all.Where(changes => changes.Count != 0)
            : all;
    }

    /// <inheritdoc />
    public IObservable<IChangeSet<TObject, TKey>> Preview(Func<TObject, bool>? predicate = null)
    {
        var all = Observable.Create<IChangeSet<TObject, TKey>>(SubscribePreview);
        return predicate is null ? all.Where(changes => changes.Count != 0) : all.Filter(predicate);
    }

    /// <inheritdoc />
    public IObservable<Change<TObject, TKey>> Watch(TKey key) =>
        Follow(() => SnapshotOf(key)).SelectMany(changes => changes.Where(change => EqualityComparer<TKey>.Default.Equals(change.Key, key)));

    // Under the lock, at the end of an edit.
    private void Publish(List<Exception> failures)
    {
        var changes = items.TakeChanges();
        if (before is not null)
        {
            previewing = true;
            foreach (var subscriber in previews.Copy())
            {
                Outbox.Attempt(() => subscriber.OnNext(changes), failures);
            }

            previewing = false;
            before = null;
        }

        connections.Post(changes);
        foreach (var (subscriber, snapshot) in joining)
        {
            var first = snapshot();
            connections.Add(subscriber);
            outbox.Post(() => subscriber.OnNext(first));
            if (ended)
            {
                outbox.Post(subscriber.OnCompleted);
            }
        }

        joining.Clear();
        counts.Post(items.Data.Count);
    }

    private IObservable<IChangeSet<TObject, TKey>> Follow(Func<ChangeSet<TObject, TKey>> snapshot) =>
        Observable.Create<IChangeSet<TObject, TKey>>(observer => Join(observer, snapshot));

    private IDisposable Join(IObserver<IChangeSet<TObject, TKey>> observer, Func<ChangeSet<TObject, TKey>> snapshot)
    {
        SerialObserver<IChangeSet<TObject, TKey>> subscriber;
        ChangeSet<TObject, TKey>? first = null;
        lock (gate)
        {
            // Inside an edit the snapshot has to wait, or it would be followed by changes it already contains.
            var later = !ended && (editing || previewing);
            subscriber = new(observer, held: !later);
            if (later)
            {
                joining.Add(new(subscriber, snapshot));
            }
            else
            {
                first = snapshot();
                Register(connections, subscriber);
            }
        }

        if (first is not null)
        {
            subscriber.Release(first);
        }

        return Leaving(connections, subscriber);
    }

    private IDisposable SubscribeCount(IObserver<int> observer)
    {
        var subscriber = new SerialObserver<int>(observer, held: true);
        int first;
        lock (gate)
        {
            first = items.Data.Count;
            Register(counts, subscriber);
        }

        subscriber.Release(first);
        return Leaving(counts, subscriber);
    }

    private IDisposable SubscribePreview(IObserver<IChangeSet<TObject, TKey>> observer)
    {
        var subscriber = new SerialObserver<IChangeSet<TObject, TKey>>(observer);
        lock (gate)
        {
            if (!ended)
            {
                previews.Add(subscriber);
                return Leaving(previews, subscriber);
            }
        }

        subscriber.OnCompleted();
        return Disposable.Empty;
    }

    // The subscriber is held by its own first value, so an end queued here comes after it.
    private void Register<T>(SubscriberList<T> list, SerialObserver<T> subscriber)
    {
        if (ended)
        {
            subscriber.OnCompleted();
        }
        else
        {
            list.Add(subscriber);
        }
    }

    private IDisposable Leaving<T>(SubscriberList<T> list, SerialObserver<T> subscriber) => Disposable.Create(() =>
    {
        subscriber.Dispose();
        lock (gate)
        {
            list.Remove(subscriber);
            joining.RemoveAll(entry => ReferenceEquals(entry.Subscriber, subscriber));
        }
    });

    private ChangeSet<TObject, TKey> SnapshotOf(TKey key) =>
        items.Data.TryGetValue(key, out var item) ? [new(ChangeReason.Add, key, item)] : [];
}
