using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Rx.Qmp.Tests;

/// <summary>A clock that stands still, and knows how much waits for it to move.</summary>
internal sealed class CountingScheduler : LocalScheduler
{
    private readonly List<(DateTimeOffset Due, Action Run)> _pending = [];
    private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

    public override DateTimeOffset Now => _now;

    /// <summary>Timers that have neither elapsed nor been given up.</summary>
    public int Pending => _pending.Count;

    public override IDisposable Schedule<TState>(
        TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action)
    {
        (DateTimeOffset Due, Action Run) item = (_now + Scheduler.Normalize(dueTime), () => action(this, state));
        _pending.Add(item);
        return Disposable.Create(() => _pending.Remove(item));
    }

    /// <summary>Goes on to the next timer and lets it elapse.</summary>
    public void RunNext()
    {
        var next = _pending.MinBy(item => item.Due);
        _pending.Remove(next);
        _now = next.Due;
        next.Run();
    }
}
