using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using Rx.Qmp.Isolation;

namespace Rx.Vm.Journal;

/// <summary>
/// The entries that wait for a journal's file; they are written one batch at a time. Offering an entry never waits for the disk: the queue is
/// bounded, and what does not fit is dropped and leaves a gap in the file.
/// </summary>
internal sealed class JournalQueue
{
    private const int BatchEntries = 256;

    private readonly Lock _gate = new();
    private readonly Queue<JournalEntry> _queue = new();
    private readonly TaskCompletionSource _closed;
    private readonly JournalWriter _writer;
    private readonly IScheduler _scheduler;
    private readonly int _capacity;
    private long _offered;
    private int _taken;
    private bool _closing;
    private bool _scheduled;

    /// <summary>A queue that owns <paramref name="writer"/> and writes on <paramref name="scheduler"/>.</summary>
    public JournalQueue(JournalWriter writer, IScheduler scheduler, int capacity, bool inline)
    {
        _closed = new(inline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
        _writer = writer;
        _scheduler = scheduler;
        _capacity = capacity;
    }

    /// <summary>Completes when the file is closed; never fails.</summary>
    public Task Closed => _closed.Task;

    /// <summary>How the file is doing; what waits or is being written is neither written nor dropped yet.</summary>
    public JournalStatus Status
    {
        get
        {
            lock (_gate)
            {
                return _writer.Status(_offered - _queue.Count - _taken);
            }
        }
    }

    /// <summary>Takes an entry, or drops it when too many wait. Returns at once.</summary>
    public void Offer(JournalEntry entry)
    {
        lock (_gate)
        {
            if (_closing)
            {
                return;
            }

            _offered = entry.Index;
            if (_queue.Count < _capacity)
            {
                _queue.Enqueue(entry);
            }
        }

        Wake();
    }

    /// <summary>Closes the file after what is queued. Returns at once; idempotent.</summary>
    public void Close()
    {
        lock (_gate)
        {
            if (_closing)
            {
                return;
            }

            _closing = true;
        }

        Wake();
    }

    private void Wake()
    {
        lock (_gate)
        {
            if (_scheduled || _closed.Task.IsCompleted)
            {
                return;
            }

            _scheduled = true;
        }

        try
        {
            InlineCall.Make((Queue: this, Scheduler: _scheduler), static call => call.Scheduler.Schedule(call.Queue, static (_, queue) =>
            {
                queue.Run();
                return Disposable.Empty;
            }));
        }
        catch (Exception)
        {
            // In virtual time it is the application's, which may refuse. What was recorded is written all the same.
            RunElsewhere();
        }
    }

    // One that runs it at once would have the folding thread wait for the disk.
    private void Run()
    {
        if (InlineCall.IsUnderWay)
        {
            RunElsewhere();
        }
        else
        {
            Drain();
        }
    }

    private void RunElsewhere() => ThreadPool.UnsafeQueueUserWorkItem(static queue => queue.Drain(), this, preferLocal: false);

    private void Drain()
    {
        var batch = new List<JournalEntry>();
        while (Take(batch, out var last))
        {
            _writer.Write(batch);
            batch.Clear();
            if (last is { } offered)
            {
                _writer.Close(offered);
                Settle();
                _closed.TrySetResult();
                return;
            }
        }
    }

    private void Settle()
    {
        lock (_gate)
        {
            _taken = 0;
        }
    }

    // The last batch comes with how many events there were in all.
    private bool Take(List<JournalEntry> batch, out long? last)
    {
        lock (_gate)
        {
            while (batch.Count < BatchEntries && _queue.TryDequeue(out var entry))
            {
                batch.Add(entry);
            }

            _taken = batch.Count;
            last = _closing && _queue.Count == 0 ? _offered : null;
            _scheduled = batch.Count > 0 || last is not null;
            return _scheduled;
        }
    }
}
