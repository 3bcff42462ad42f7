using System.Reactive;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using System.Reactive.Subjects;

namespace DynamicData.Internal;

/// <summary>
/// When items are due. All members but <see cref="WakeUps"/> are called one at a time by the operator that owns the tracker; it must handle
/// each wake-up with <see cref="TakeDue"/>. Time is measured with the scheduler's stopwatch, so a step of the wall clock does not matter.
/// </summary>
internal sealed class ExpiryTracker<TObject, TKey> : IDisposable
    where TObject : notnull
    where TKey : notnull
{
    // Timers of the real schedulers take at most some weeks; a longer wait is done in parts.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly Func<TObject, TimeSpan?> lifetime;
    private readonly TimeSpan? polling;
    private readonly IScheduler scheduler;
    private readonly IStopwatch clock;
    private readonly Dictionary<TKey, (TObject Item, TimeSpan Due)> pending = [];
    private readonly SerialDisposable timer = new();
    private readonly Subject<Unit> wake = new();
    private readonly Subject<Unit> done = new();
    private bool closing;

    public ExpiryTracker(Func<TObject, TimeSpan?> lifetime, TimeSpan? polling, IScheduler scheduler)
    {
        this.lifetime = lifetime;
        this.polling = polling;
        this.scheduler = scheduler;
        clock = scheduler.StartStopwatch();
        WakeUps = polling is { } interval
            ? Observable.Interval(interval, scheduler).Select(_ => Unit.Default).TakeUntil(done)
            : wake.TakeUntil(done);
    }

    /// <summary>A value whenever something may be due; completes when nothing can be any more.</summary>
    public IObservable<Unit> WakeUps { get; }

    public void Track(IEnumerable<Change<TObject, TKey>> changes)
    {
        foreach (var change in changes)
        {
            switch (change.Reason)
            {
                case ChangeReason.Add or ChangeReason.Update:
                    Track(change.Key, change.Current);
                    break;
                case ChangeReason.Remove:
                    pending.Remove(change.Key);
                    break;
                case ChangeReason.Refresh or ChangeReason.Moved:
                    break;
            }
        }

        Arm();
    }

    /// <summary>Takes out what is due by now.</summary>
    public List<KeyValuePair<TKey, TObject>> TakeDue()
    {
        var now = clock.Elapsed;
        var due = pending.Where(entry => entry.Value.Due <= now)
            .OrderBy(entry => entry.Value.Due)
            .Select(entry => KeyValuePair.Create(entry.Key, entry.Value.Item))
            .ToList();
        due.ForEach(entry => pending.Remove(entry.Key));
        Arm();
        return due;
    }

    /// <summary>No more items will come: the wake-ups end with the last one that is due, or at once.</summary>
    public void Close(bool atOnce)
    {
        closing = true;
        if (atOnce)
        {
            pending.Clear();
        }

        Arm();
    }

    public void Dispose() => timer.Dispose();

    private void Track(TKey key, TObject item)
    {
        var now = clock.Elapsed;
        if (lifetime(item) is { } span && span < TimeSpan.MaxValue - now)
        {
            pending[key] = (item, now + span);
        }
        else
        {
            pending.Remove(key);
        }
    }

    private void Arm()
    {
        if (pending.Count == 0)
        {
            timer.Disposable = null;
            if (closing)
            {
                done.OnNext(Unit.Default);
            }
        }
        else if (polling is null)
        {
            var wait = pending.Values.Min(entry => entry.Due) - clock.Elapsed;
            timer.Disposable = scheduler.Schedule(Clamp(wait), () => wake.OnNext(Unit.Default));
        }
    }

    private static TimeSpan Clamp(TimeSpan wait) => wait < TimeSpan.Zero ? TimeSpan.Zero : wait > LongestWait ? LongestWait : wait;
}
