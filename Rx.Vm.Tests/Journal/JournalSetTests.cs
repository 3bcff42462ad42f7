using Microsoft.Reactive.Testing;
using Rx.Vm.Journal;
using Rx.Vm.Reactive;

namespace Rx.Vm.Tests.Journal;

/// <summary>Where the journals of a host are written.</summary>
public class JournalSetTests
{
    private const int Writers = 4;
    private const int Journals = 20;

    [Fact(Timeout = 120_000)]
    public async Task Stuck_disks_hold_four_threads_however_many_journals_wait_and_none_that_observers_are_called_on()
    {
        var ct = TestContext.Current.CancellationToken;
        var notify = new TestScheduler();
        var journals = new JournalSet(new JournalOptions(), new VmSchedulers(new TestScheduler(), notify), inline: false);
        var life = Lives.Random(4, 3).Recording;
        using var go = new ManualResetEventSlim();
        using var held = new SemaphoreSlim(0);
        var (writing, most) = (0, 0);
        var disks = Enumerable.Range(0, Journals).Select(_ => new FakeDisk
        {
            Before = () =>
            {
                var now = Interlocked.Increment(ref writing);
                InterlockedMax(ref most, now);
                held.Release();
                go.Wait(ct);
                Interlocked.Decrement(ref writing);
            },
        }).ToList();
        var queues = disks.Select((disk, i) => journals.Queue(life.Header, disk, $"disk {i}", Serilog.Core.Logger.None)).ToList();
        foreach (var queue in queues)
        {
            life.Entries.ToList().ForEach(queue.Offer);
            queue.Close();
        }

        for (var i = 0; i < Writers; i++)
        {
            await held.WaitAsync(ct);
        }

        // The pool takes work in its order: whatever else could write has begun before this.
        await Task.Factory.StartNew(() => { }, ct, TaskCreationOptions.PreferFairness, TaskScheduler.Default);
        Assert.Equal(Writers, Volatile.Read(ref most));

        // Observers are called meanwhile, and nothing of the journals is in their way.
        var called = false;
        notify.ScheduleAbsolute(0, 1, (_, _) =>
        {
            called = true;
            return System.Reactive.Disposables.Disposable.Empty;
        });
        notify.Start();
        Assert.True(called);
        Assert.Equal(0, disks.Sum(disk => disk.Writes));

        go.Set();
        await Task.WhenAll(queues.Select(queue => queue.Closed)).WaitAsync(ct);
        Assert.Equal(Writers, most);
        Assert.All(disks, disk => Assert.Equal(life.Entries, Lives.Read(disk.Content).Entries));
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); seen < value; seen = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }
}
