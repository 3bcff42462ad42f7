using System.Reactive.Disposables;
using System.Reactive.Linq;
using DynamicData.Kernel;

namespace DynamicData.Internal;

/// <summary>
/// The engine of every cache: state changes under one lock, followers are told outside of it through the outbox, in the order of the
/// edits. An edit made by a follower is told after the current one has reached everybody.
/// </summary>
internal sealed class CacheCore<TObject, TKey> : IObservableCache<TObject, TKey>
    where TObject : notnull
    where TKey : notnull
{
    private readonly Lock gate = new();
    private readonly Outbox outbox = new();
    private readonly RecordingCache<TObject, TKey> items = new();
    private readonly SubscriberList<IChangeSet<TObject, TKey>> connections;
    private readonly SubscriberList<IChangeSet<TObject, TKey>> previews;
    private readonly SubscriberList<int> counts;
    private readonly List<Joining> joining = [];
    private readonly SingleAssignmentDisposable source = new();

    // What readers see while an edit that somebody previews is under way.
    private Dictionary<TKey, TObject>? before;

    // The changes not yet posted; null if there was no edit.
    private ChangeSet<TObject, TKey>? unsent;
    private bool editing;
    private bool previewing;
    private bool ended;
    private Exception? endedBy;
    private int suspensions;
    private int countSuspensions;

    public CacheCore()
    {
        connections = new(outbox);
        previews = new(outbox);
        counts = new(outbox);
        CountChanged = Observable.Create<int>(SubscribeCount).DistinctUntilChanged();
    }

    private sealed record Joining(SerialObserver<IChangeSet<TObject, TKey>> Subscriber, Func<ChangeSet<TObject, TKey>> Snapshot);

    public IObservable<int> CountChanged { get; }

    public int Count => Read(data => data.Count);

    public IReadOnlyList<TObject> Items => Read(data => data.Values.ToArray());

    public IReadOnlyList<TKey> Keys => Read(data => data.Keys.ToArray());

    public IReadOnlyDictionary<TKey, TObject> KeyValues => Read(data => new Dictionary<TKey, TObject>(data));

    public Optional<TObject> Lookup(TKey key) => Read(data => data.TryGetValue(key, out var item) ? Optional.Some(item) : default);

    public IObservable<IChangeSet<TObject, TKey>> Connect(Func<TObject, bool>? predicate = null, bool suppressEmptyChangeSets = true)
    {
        var all = Follow(() => RecordingCache<TObject, TKey>.Snapshot(items.Data));
        return predicate is not null ? all.Filter(predicate, suppressEmptyChangeSets)
            : suppressEmptyChangeSets ? all.NotEmpty()
            : all;
    }

    public IObservable<Change<TObject, TKey>> Watch(TKey key) => Follow(() => SnapshotOf(key)).Watch(key);

    public IObservable<IChangeSet<TObject, TKey>> Preview(Func<TObject, bool>? predicate = null)
    {
        var all = Observable.Create<IChangeSet<TObject, TKey>>(SubscribePreview);
        return predicate is null ? all.NotEmpty() : all.Filter(predicate);
    }

    /// <summary>
    /// Runs an edit; inside another edit of this cache it becomes part of that one. If it throws, what it has written stays and is told
    /// to the followers like any edit, and the exception is rethrown after that.
    /// </summary>
    public void Edit(Action<RecordingCache<TObject, TKey>> edit)
    {
        var failures = new List<Exception>();
        lock (gate)
        {
            if (previewing)
            {
                throw new InvalidOperationException("A preview handler must not edit the cache it previews.");
            }

            if (editing)
            {
                edit(items);
                return;
            }

            before = previews.IsEmpty ? null : new(items.Data);
            editing = true;
            Outbox.Attempt(() => edit(items), failures);
            editing = false;
            Publish(failures);
        }

        outbox.Drain(failures);
    }

    /// <summary>Holds back change sets until the result is disposed; then one set tells them all.</summary>
    public IDisposable SuspendNotifications()
    {
        lock (gate)
        {
            suspensions++;
        }

        return Disposable.Create(() => Resume(() => suspensions--));
    }

    /// <summary>Holds back counts until the result is disposed; then the current one is told.</summary>
    public IDisposable SuspendCount()
    {
        lock (gate)
        {
            countSuspensions++;
        }

        return Disposable.Create(() => Resume(() =>
        {
            countSuspensions--;
            PostCount();
        }));
    }

    /// <summary>Makes the cache follow a stream: it ends with the stream, and disposing the cache unsubscribes.</summary>
    public CacheCore<TObject, TKey> FollowSource(IObservable<IChangeSet<TObject, TKey>> stream)
    {
        source.Disposable = stream.Subscribe(changes => Edit(data => data.Clone(changes)), End, () => End(null));
        return this;
    }

    public void Dispose()
    {
        source.Dispose();
        End(null);
    }

    private void End(Exception? error)
    {
        lock (gate)
        {
            if (ended)
            {
                return;
            }

            suspensions = 0;
            Flush();
            ended = true;
            endedBy = error;
            connections.End(error);
            previews.End(error);
            counts.End(error);
        }

        outbox.Drain([]);
    }

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

        if (unsent is null)
        {
            unsent = changes;
        }
        else
        {
            unsent.AddRange(changes);
        }

        Flush();
        PostCount();
    }

    private void Flush()
    {
        if (editing || suspensions > 0)
        {
            return;
        }

        if (unsent is { } changes)
        {
            unsent = null;
            connections.Post(changes);
        }

        foreach (var (subscriber, snapshot) in joining)
        {
            var first = snapshot();
            connections.Add(subscriber);
            outbox.Post(() => subscriber.OnNext(first));
            if (ended)
            {
                outbox.Post(() => SubscriberList<IChangeSet<TObject, TKey>>.End(subscriber, endedBy));
            }
        }

        joining.Clear();
    }

    private void PostCount()
    {
        if (countSuspensions == 0)
        {
            counts.Post(items.Count);
        }
    }

    private void Resume(Action resume)
    {
        lock (gate)
        {
            resume();
            Flush();
        }

        outbox.Drain([]);
    }

    private IObservable<IChangeSet<TObject, TKey>> Follow(Func<ChangeSet<TObject, TKey>> snapshot) =>
        Observable.Create<IChangeSet<TObject, TKey>>(observer => Join(observer, snapshot));

    private IDisposable Join(IObserver<IChangeSet<TObject, TKey>> observer, Func<ChangeSet<TObject, TKey>> snapshot)
    {
        SerialObserver<IChangeSet<TObject, TKey>> subscriber;
        ChangeSet<TObject, TKey>? first = null;
        lock (gate)
        {
            // Inside an edit or a suspension the snapshot has to wait, or it would be followed by changes it already contains.
            var later = !ended && (editing || previewing || suspensions > 0);
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
            first = items.Count;
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

        SubscriberList<IChangeSet<TObject, TKey>>.End(subscriber, endedBy);
        return Disposable.Empty;
    }

    // The subscriber is held by its own first value, so an end queued here comes after it.
    private void Register<T>(SubscriberList<T> list, SerialObserver<T> subscriber)
    {
        if (ended)
        {
            SubscriberList<T>.End(subscriber, endedBy);
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

    private T Read<T>(Func<Dictionary<TKey, TObject>, T> question)
    {
        lock (gate)
        {
            return question(before ?? items.Data);
        }
    }
}
