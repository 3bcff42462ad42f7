using Rx.Vm.Lifecycle;

namespace Rx.Vm.Journal;

/// <summary>
/// What happened to a machine, recorded: the last entries in memory, and all of them in a file where that was asked for. Recording never
/// waits for the disk. Every member may be used from any thread.
/// </summary>
public sealed class VmJournal
{
    private readonly Lock _gate = new();
    private readonly Queue<JournalEntry> _ring = new();
    private readonly JournalQueue? _queue;
    private readonly JournalStatus _without;
    private readonly int _capacity;
    private long _seen;

    internal VmJournal(JournalHeader header, int capacity, JournalQueue? queue, JournalStatus without)
    {
        Header = header;
        _capacity = capacity;
        _queue = queue;
        _without = without;
    }

    /// <summary>The machine, as it was made.</summary>
    public JournalHeader Header { get; }

    /// <summary>How the file is doing.</summary>
    public JournalStatus Status => _queue?.Status ?? _without;

    /// <summary>
    /// Completes when the machine has gone and the file is closed; at once without a file. Never fails: see <see cref="Status"/>.
    /// </summary>
    public Task Closed => _queue?.Closed ?? Task.CompletedTask;

    /// <summary>
    /// The entries in memory, at most <see cref="JournalOptions.Capacity"/>, oldest first; how many older ones were dropped is its
    /// <see cref="JournalRecording.Dropped"/>. Does not change any more.
    /// </summary>
    public JournalRecording Snapshot()
    {
        lock (_gate)
        {
            return new JournalRecording(Header, [.. _ring]) { Seen = _seen };
        }
    }

    /// <summary>Takes the step, on the thread that folded it. Never waits, never throws.</summary>
    internal void Record(VmStep step)
    {
        if (_capacity == 0 && _queue is null)
        {
            // Nobody will read it: an entry has a digest of the whole step.
            Volatile.Write(ref _seen, step.Number);
            return;
        }

        var entry = JournalEntry.Of(step);
        lock (_gate)
        {
            _seen = entry.Index;
            if (_ring.Count == _capacity)
            {
                _ring.TryDequeue(out _);
            }

            if (_capacity > 0)
            {
                _ring.Enqueue(entry);
            }
        }

        _queue?.Offer(entry);
        if (step.Published && step.Fold.State.IsTerminal)
        {
            _queue?.Close();
        }
    }

    /// <summary>Closes the file of a machine that never came to be.</summary>
    internal void Close() => _queue?.Close();
}
