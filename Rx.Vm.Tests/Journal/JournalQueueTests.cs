using Microsoft.Reactive.Testing;
using Rx.Vm.Journal;
using Rx.Vm.Reactive;

namespace Rx.Vm.Tests.Journal;

/// <summary>Whatever the disk does, offering returns at once and the file is a sound prefix that tells what it lacks.</summary>
public class JournalQueueTests
{
    private readonly TestScheduler _scheduler = new();
    private readonly FakeDisk _disk = new();
    private readonly List<string> _reports = [];
    private readonly JournalRecording _life = Lives.Random(4, 60).Recording;

    [Fact]
    public void Everything_is_written_in_order_and_the_file_is_closed_at_the_end()
    {
        var queue = Queue();
        Offer(queue, 1, 60);
        queue.Close();
        _scheduler.Start();

        var read = Lives.Read(_disk.Content);
        Assert.Equal(_life.Entries, read.Entries);
        Assert.Equal(_life.Header, read.Header);
        Assert.True(_disk.IsClosed && queue.Closed.IsCompletedSuccessfully);
        Assert.Equal(new JournalStatus(JournalState.Closed, "the disk", _disk.Content.Length, 60, 0, null), queue.Status);
    }

    [Fact]
    public void Nothing_is_written_on_the_thread_that_offers()
    {
        Offer(Queue(), 1, 60);

        Assert.Equal(0, _disk.Writes);
    }

    [Fact]
    public void What_does_not_fit_into_the_queue_is_dropped_and_told_by_a_gap()
    {
        var queue = Queue(new JournalOptions { QueueCapacity = 10 });
        Offer(queue, 1, 25);
        _scheduler.Start();
        Offer(queue, 26, 27);
        _scheduler.Start();

        var read = Lives.Read(_disk.Content);
        Assert.Equal([.. Enumerable.Range(1, 10), 26, 27], read.Entries.Select(e => (int)e.Index));
        Assert.Equal([new JournalGap(11, 15)], read.Gaps);
        Assert.Equal((12L, 15L, JournalState.Writing), (queue.Status.Written, queue.Status.Dropped, queue.Status.State));
    }

    [Fact]
    public void What_was_dropped_last_is_told_when_the_file_is_closed()
    {
        var queue = Queue(new JournalOptions { QueueCapacity = 10 });
        Offer(queue, 1, 25);
        queue.Close();
        _scheduler.Start();

        Assert.Equal([new JournalGap(11, 15)], Lives.Read(_disk.Content).Gaps);
        Assert.Equal(15, queue.Status.Dropped);
    }

    // A real thread that is stuck in the disk, and one that goes on offering.
    [Fact]
    public async Task A_stuck_disk_does_not_stall_whoever_offers()
    {
        using var stuck = new ManualResetEventSlim();
        using var reached = new ManualResetEventSlim();
        _disk.Before = () =>
        {
            reached.Set();
            stuck.Wait(TestContext.Current.CancellationToken);
        };
        var queue = new JournalQueue(Writer(new JournalOptions()), VmSchedulers.Real.Notify, capacity: 5, inline: false);
        Offer(queue, 1, 1);
        reached.Wait(TestContext.Current.CancellationToken);

        Offer(queue, 2, 60);
        queue.Close();

        Assert.False(queue.Closed.IsCompleted);
        Assert.Equal((JournalState.Writing, 0L, 54L), (queue.Status.State, queue.Status.Written, queue.Status.Dropped));
        stuck.Set();
        await queue.Closed.WaitAsync(TestContext.Current.CancellationToken);
        var read = Lives.Read(_disk.Content);
        Assert.Equal([1, 2, 3, 4, 5, 6], read.Entries.Select(e => (int)e.Index));
        Assert.Equal([new JournalGap(7, 54)], read.Gaps);
    }

    [Fact]
    public void A_full_disk_costs_what_it_could_not_take_and_is_reported_once()
    {
        var queue = Queue();
        Offer(queue, 1, 10);
        _scheduler.Start();
        var good = _disk.Content;
        _disk.Space = good.Length + 30;
        Offer(queue, 11, 20);
        _scheduler.Start();
        Offer(queue, 21, 30);
        _scheduler.Start();

        var status = queue.Status;
        Assert.Equal((JournalState.Failing, 10L, 20L, "no space left"), (status.State, status.Written, status.Dropped, status.Error));
        Assert.Equal(["no space left"], _reports);

        _disk.Space = long.MaxValue;
        Offer(queue, 31, 40);
        queue.Close();
        _scheduler.Start();

        var read = Lives.Read(_disk.Content);
        Assert.Equal(_life.Entries.Take(10).Concat(_life.Entries[30..40]), read.Entries);
        Assert.Equal([new JournalGap(11, 20)], read.Gaps);
        Assert.Equal(JournalEndKind.Clean, read.End.Kind);
        Assert.Equal(["no space left"], _reports);
        Assert.Equal((20L, 20L), (queue.Status.Written, queue.Status.Dropped));
    }

    [Fact]
    public void A_disk_that_is_full_from_the_start_can_still_get_a_whole_file()
    {
        _disk.Space = 0;
        var queue = Queue();
        Offer(queue, 1, 5);
        _scheduler.Start();
        _disk.Space = long.MaxValue;
        Offer(queue, 6, 9);
        queue.Close();
        _scheduler.Start();

        var read = Lives.Read(_disk.Content);
        Assert.Equal(_life.Header, read.Header);
        Assert.Equal(_life.Entries[5..9], read.Entries);
        Assert.Equal([new JournalGap(1, 5)], read.Gaps);
    }

    // Full at every byte: the file is always sound, and always closed.
    [Fact]
    public void Wherever_the_disk_is_full_the_file_is_a_sound_prefix()
    {
        var sizes = Lives.Bytes(_life).Length;
        for (var space = 0; space < sizes; space += 7)
        {
            var disk = new FakeDisk { Space = space };
            var writer = new JournalWriter(disk, "x", new JournalBatch(_life.Header, Lives.Salt), new JournalOptions(), _ => { });
            var queue = new JournalQueue(writer, _scheduler, 100, inline: true);
            foreach (var entry in _life.Entries)
            {
                queue.Offer(entry);
                _scheduler.Start();
            }

            queue.Close();
            _scheduler.Start();

            Assert.True(disk.IsClosed && queue.Closed.IsCompletedSuccessfully);
            Assert.Equal(JournalState.Closed, queue.Status.State);
            if (disk.Content.Length > 0)
            {
                var read = Lives.Read(disk.Content);
                Assert.Equal(JournalEndKind.Clean, read.End.Kind);
                Assert.Equal(_life.Entries.Where(read.Entries.Contains), read.Entries);
            }
        }
    }

    [Fact]
    public void What_can_not_even_be_cut_off_shows_as_torn()
    {
        var queue = Queue();
        Offer(queue, 1, 10);
        _scheduler.Start();
        var good = _disk.Content.Length;
        (_disk.Space, _disk.CutFails) = (good + 30, true);
        Offer(queue, 11, 20);
        _scheduler.Start();
        _disk.Space = long.MaxValue;
        Offer(queue, 21, 30);
        queue.Close();
        _scheduler.Start();

        var read = Lives.Read(_disk.Content);
        Assert.Equal(_life.Entries[..10], read.Entries);
        Assert.Equal((JournalEndKind.Torn, (long)good, 30L), (read.End.Kind, read.End.Offset, read.End.BytesLeft));
        Assert.True(_disk.IsClosed);
    }

    [Theory]
    [InlineData(JournalSync.None, 0)]
    [InlineData(JournalSync.AtClose, 1)]
    [InlineData(JournalSync.EachBatch, 2)]
    public void The_file_is_made_durable_as_asked(JournalSync sync, int times)
    {
        var queue = Queue(new JournalOptions { Sync = sync });
        Offer(queue, 1, 10);
        _scheduler.Start();
        Offer(queue, 11, 20);
        _scheduler.Start();
        queue.Close();
        _scheduler.Start();

        Assert.Equal(times, _disk.Syncs);
    }

    [Fact]
    public void A_batch_that_can_not_be_made_durable_was_not_written()
    {
        var queue = Queue(new JournalOptions { Sync = JournalSync.EachBatch });
        Offer(queue, 1, 10);
        _scheduler.Start();
        _disk.SyncFails = true;
        Offer(queue, 11, 20);
        _scheduler.Start();

        var status = queue.Status;
        Assert.Equal((JournalState.Failing, 10L, 10L, "can not sync"), (status.State, status.Written, status.Dropped, status.Error));
        Assert.Equal(["can not sync"], _reports);

        _disk.SyncFails = false;
        Offer(queue, 21, 30);
        _scheduler.Start();
        Assert.Equal(JournalState.Writing, queue.Status.State);
        queue.Close();
        _scheduler.Start();

        var read = Lives.Read(_disk.Content);
        Assert.Equal(JournalEndKind.Clean, read.End.Kind);
        Assert.Equal(_life.Entries.Take(10).Concat(_life.Entries[20..30]), read.Entries);
        Assert.Equal([new JournalGap(11, 10)], read.Gaps);
    }

    [Fact]
    public void A_file_that_can_not_be_made_durable_at_its_end_says_so()
    {
        _disk.SyncFails = true;
        var queue = Queue(new JournalOptions { Sync = JournalSync.AtClose });
        Offer(queue, 1, 30);
        queue.Close();
        _scheduler.Start();

        Assert.True(_disk.IsClosed);
        Assert.Equal(["can not sync"], _reports);
        Assert.Equal("can not sync", queue.Status.Error);
    }

    [Fact]
    public void A_file_of_full_size_gets_no_more_and_says_so()
    {
        var options = new JournalOptions { MaxFileBytes = 256 << 10 };
        var queue = Queue(options);
        var wordy = _life.Entries.Select(e => e with { Event = e.Event with { Text = new string('x', 20_000) } }).ToList();
        wordy.ForEach(queue.Offer);
        _scheduler.Start();

        Assert.Equal(JournalState.Full, queue.Status.State);
        Assert.Equal(["the journal has its full size of 262144 bytes"], _reports);

        queue.Close();
        _scheduler.Start();
        var read = Lives.Read(_disk.Content);
        Assert.InRange(_disk.Content.Length, 100_000, options.MaxFileBytes);
        Assert.Equal(wordy.Take(read.Entries.Length), read.Entries);
        Assert.Equal(60, read.Seen);
        Assert.Equal(60 - read.Entries.Length, read.Dropped);
    }

    [Theory]
    [InlineData('x', 70_000)]
    [InlineData('\ud800', 1)]
    public void An_event_that_can_not_be_written_is_a_gap(char character, int count)
    {
        var text = new string(character, count);
        var queue = Queue();
        Offer(queue, 1, 3);
        queue.Offer(_life.Entries[3] with { Event = _life.Entries[3].Event with { Text = text } });
        Offer(queue, 5, 6);
        queue.Close();
        _scheduler.Start();

        var read = Lives.Read(_disk.Content);
        Assert.Equal([new JournalGap(4, 1)], read.Gaps);
        Assert.Equal(6, read.Seen);
    }

    [Fact]
    public void After_its_close_a_sink_takes_nothing()
    {
        var queue = Queue();
        Offer(queue, 1, 3);
        queue.Close();
        queue.Close();
        Offer(queue, 4, 5);
        _scheduler.Start();
        Offer(queue, 6, 7);
        _scheduler.Start();

        Assert.Equal(3, Lives.Read(_disk.Content).Seen);
    }

    private void Offer(JournalQueue queue, int first, int last)
    {
        foreach (var entry in _life.Entries[(first - 1)..last])
        {
            queue.Offer(entry);
        }
    }

    private JournalQueue Queue(JournalOptions? options = null) =>
        new(Writer(options ?? new JournalOptions()), _scheduler, (options ?? new JournalOptions()).QueueCapacity, inline: true);

    private JournalWriter Writer(JournalOptions options) =>
        new(_disk, "the disk", new JournalBatch(_life.Header, Lives.Salt), options, e => _reports.Add(e.Message));
}
