using System.Reactive.Disposables;
using System.Reactive.Linq;
using DynamicData.Internal;

namespace DynamicData;

/// <content>The streams, and who follows them.</content>
public sealed partial class SourceCache<TObject, TKey>
{
    private readonly Outbox _outbox = new();
    private readonly SubscriberList<IChangeSet<TObject, TKey>> _connections;
    private readonly SubscriberList<IChangeSet<TObject, TKey>> _previews;
    private readonly SubscriberList<int> _counts;
    private readonly List<Joining> _joining = [];
    private bool _ended;

    private sealed record Joining(SerialObserver<IChangeSet<TObject, TKey>> Subscriber, Func<ChangeSet<TObject, TKey>> Snapshot);

    /// <inheritdoc />
    public IObservable<int> CountChanged => Observable.Create<int>(SubscribeCount).DistinctUntilChanged();

    /// <inheritdoc />
    public IObservable<IChangeSet<TObject, TKey>> Connect(Func<TObject, bool>? predicate = null, bool suppressEmptyChangeSets = true)
    {
        var all = Follow(() => RecordingCache<TObject, TKey>.Snapshot(_items.Data));
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
        var changes = _items.TakeChanges();
        if (_before is not null)
        {
            _previewing = true;
            foreach (var subscriber in _previews.Copy())
            {
                Outbox.Attempt(() => subscriber.OnNext(changes), failures);
            }

            _previewing = false;
            _before = null;
        }

        _connections.Post(changes);
        foreach (var (subscriber, snapshot) in _joining)
        {
            var first = snapshot();
            _connections.Add(subscriber);
            _outbox.Post(() => subscriber.OnNext(first));
            if (_ended)
            {
                _outbox.Post(subscriber.OnCompleted);
            }
        }

        _joining.Clear();
        _counts.Post(_items.Data.Count);
    }

    private IObservable<IChangeSet<TObject, TKey>> Follow(Func<ChangeSet<TObject, TKey>> snapshot) =>
        Observable.Create<IChangeSet<TObject, TKey>>(observer => Join(observer, snapshot));

    private IDisposable Join(IObserver<IChangeSet<TObject, TKey>> observer, Func<ChangeSet<TObject, TKey>> snapshot)
    {
        SerialObserver<IChangeSet<TObject, TKey>> subscriber;
        ChangeSet<TObject, TKey>? first = null;
        lock (_gate)
        {
            // Inside an edit the snapshot has to wait, or it would be followed by changes it already contains.
            var later = !_ended && (_editing || _previewing);
            subscriber = new(observer, held: !later);
            if (later)
            {
                _joining.Add(new(subscriber, snapshot));
            }
            else
            {
                first = snapshot();
                Register(_connections, subscriber);
            }
        }

        if (first is not null)
        {
            subscriber.Release(first);
        }

        return Leaving(_connections, subscriber);
    }

    private IDisposable SubscribeCount(IObserver<int> observer)
    {
        var subscriber = new SerialObserver<int>(observer, held: true);
        int first;
        lock (_gate)
        {
            first = _items.Data.Count;
            Register(_counts, subscriber);
        }

        subscriber.Release(first);
        return Leaving(_counts, subscriber);
    }

    private IDisposable SubscribePreview(IObserver<IChangeSet<TObject, TKey>> observer)
    {
        var subscriber = new SerialObserver<IChangeSet<TObject, TKey>>(observer);
        lock (_gate)
        {
            if (!_ended)
            {
                _previews.Add(subscriber);
                return Leaving(_previews, subscriber);
            }
        }

        subscriber.OnCompleted();
        return Disposable.Empty;
    }

    // The subscriber is held by its own first value, so an end queued here comes after it.
    private void Register<T>(SubscriberList<T> list, SerialObserver<T> subscriber)
    {
        if (_ended)
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
        lock (_gate)
        {
            list.Remove(subscriber);
            _joining.RemoveAll(entry => ReferenceEquals(entry.Subscriber, subscriber));
        }
    });

    private ChangeSet<TObject, TKey> SnapshotOf(TKey key) =>
        _items.Data.TryGetValue(key, out var item) ? [new(ChangeReason.Add, key, item)] : [];
}
