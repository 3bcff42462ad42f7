using System.Reactive;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using System.Reactive.Subjects;

namespace DynamicData.Internal;

/// <summary>
/// Who asked for a refresh. The steps run one at a time; requests may come from any thread. With a buffer, the first request starts a
/// window and all that come in it make one set.
/// </summary>
internal sealed class RefreshState<TObject, TKey, TAny> : IDisposable
    where TObject : notnull
    where TKey : notnull
{
    private readonly TimeSpan? buffer;
    private readonly IScheduler scheduler;
    private readonly Dictionary<TKey, TObject> current = [];
    private readonly List<KeyValuePair<TKey, TObject>> asked = [];
    private readonly LiveItems<TKey, IDisposable> triggers = new((_, trigger) => trigger.Dispose(), replacedLeaves: true);
    private readonly SerialDisposable window = new();

    public RefreshState(TimeSpan? buffer, IScheduler scheduler)
    {
        this.buffer = buffer;
        this.scheduler = scheduler;
    }

    /// <summary>Items whose trigger fired.</summary>
    public Subject<KeyValuePair<TKey, TObject>> Requests { get; } = new();

    /// <summary>Ends of windows.</summary>
    public Subject<Unit> Windows { get; } = new();

    public IChangeSet<TObject, TKey> Apply(IChangeSet<TObject, TKey> changes, Func<TObject, IObservable<TAny>> reevaluator)
    {
        foreach (var change in changes)
        {
            switch (change.Reason)
            {
                case ChangeReason.Add or ChangeReason.Update:
                    current[change.Key] = change.Current;
                    var pair = KeyValuePair.Create(change.Key, change.Current);
                    triggers.Set(change.Key, reevaluator(change.Current).Subscribe(_ => Requests.OnNext(pair), Requests.OnError));
                    break;
                case ChangeReason.Remove:
                    current.Remove(change.Key);
                    triggers.Remove(change.Key);
                    break;
                case ChangeReason.Refresh or ChangeReason.Moved:
                    break;
            }
        }

        return changes;
    }

    public IChangeSet<TObject, TKey>? Ask(KeyValuePair<TKey, TObject> item)
    {
        asked.Add(item);
        if (buffer is not { } span)
        {
            return Flush();
        }

        if (asked.Count == 1)
        {
            window.Disposable = scheduler.Schedule(span, () => Windows.OnNext(Unit.Default));
        }

        return null;
    }

    /// <summary>Refreshes for those asked items that are still there.</summary>
    public IChangeSet<TObject, TKey>? Flush()
    {
        var set = new ChangeSet<TObject, TKey>(asked
            .Where(item => current.TryGetValue(item.Key, out var now) && EqualityComparer<TObject>.Default.Equals(now, item.Value))
            .Select(item => new Change<TObject, TKey>(ChangeReason.Refresh, item.Key, item.Value)));
        asked.Clear();
        return set.Count == 0 ? null : set;
    }

    /// <summary>The source has ended: no more requests, and with them the result ends.</summary>
    public IChangeSet<TObject, TKey>? Close()
    {
        triggers.Dispose();
        Requests.OnCompleted();
        Windows.OnCompleted();
        return Flush();
    }

    public void Dispose()
    {
        window.Dispose();
        triggers.Dispose();
    }
}
