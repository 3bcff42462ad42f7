using DynamicData;

namespace Rx.Vm.Tests.StandIns.KeyedData;

/// <summary>Real threads, no timing: the assertions hold for every interleaving.</summary>
public class SourceCacheConcurrencyTests
{
    private const int Writers = 4;
    private const int Edits = 1_000;

    [Fact]
    public async Task Concurrent_edits_reach_every_follower_once_in_order_and_never_two_at_a_time()
    {
        using var cache = new SourceCache<Item, string>(item => item.Key);
        var followers = Enumerable.Range(0, 3).Select(_ => new Follower(cache)).ToArray();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => Write(cache, writer))));

        // A drain owned by another writer has ended as well: nobody is left to deliver.
        foreach (var follower in followers)
        {
            Assert.Equal(0, follower.Overlaps);
            Assert.Equal(Writers * Edits, follower.Changes.Count);
            Assert.Equal(cache.KeyValues, follower.Replayed());
            AssertOrderPerWriter(follower.Changes);
        }

        Assert.All(followers, follower => Assert.Equal(followers[0].Changes, follower.Changes));
    }

    [Fact]
    public async Task Who_joins_among_concurrent_edits_ends_with_the_state_of_the_cache()
    {
        using var cache = new SourceCache<Item, string>(item => item.Key);
        var joined = new List<Follower>();
        var writers = Enumerable.Range(0, Writers).Select(writer => Task.Run(() => Write(cache, writer))).ToArray();
        while (!Task.WhenAll(writers).IsCompleted)
        {
            if (joined.Count < 40)
            {
                joined.Add(new(cache));
            }
        }

        await Task.WhenAll(writers);
        joined.Add(new(cache));
        Assert.All(joined, follower => Assert.Equal(0, follower.Overlaps));
        Assert.All(joined, follower => Assert.Equal(cache.KeyValues, follower.Replayed()));
    }

#if !UPSTREAM_PACKAGES
    [Fact]
    public async Task An_edit_during_the_delivery_of_another_thread_leaves_its_set_to_that_one()
    {
        using var cache = new SourceCache<Item, string>(item => item.Key);
        using var _inside = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        using var blocking = cache.Connect().Subscribe(_ =>
        {
            _inside.Set();
            release.Wait(TestContext.Current.CancellationToken);
        });
        var log = ChangeLog.Of(cache.Connect());
        var threads = new HashSet<int>();
        using var last = cache.Connect().Subscribe(_ => threads.Add(Environment.CurrentManagedThreadId));

        var first = Task.Run(() =>
        {
            cache.Put(new Item("a", 1));
            return Environment.CurrentManagedThreadId;
        });
        _inside.Wait(TestContext.Current.CancellationToken);
        cache.Put(new Item("b", 2));
        Assert.Equal(2, cache.Count);
        log.Is();
        release.Set();
        Assert.Equal([await first], threads);
        log.Is("+a:1", "+b:2");
    }
#endif

    private static void Write(SourceCache<Item, string> cache, int writer)
    {
        for (var i = 0; i < Edits; i++)
        {
            cache.Put(new Item($"{writer}-{i % 10}", i));
        }
    }

    private static void AssertOrderPerWriter(List<Change<Item, string>> changes)
    {
        foreach (var writer in changes.GroupBy(change => change.Key.Split('-')[0]))
        {
            Assert.Equal(Enumerable.Range(0, Edits), writer.Select(change => change.Current.Value));
        }
    }

    private sealed class Follower
    {
        private int _inside;

        public Follower(SourceCache<Item, string> cache) => cache.Connect().Subscribe(changes =>
        {
            if (Interlocked.Increment(ref _inside) != 1)
            {
                Interlocked.Increment(ref _overlaps);
            }

            lock (Changes)
            {
                Changes.AddRange(changes);
            }

            Interlocked.Decrement(ref _inside);
        });

        private int _overlaps;

        public int Overlaps => _overlaps;

        public List<Change<Item, string>> Changes { get; } = [];

        /// <summary>The collection these changes add up to; fails if one of them contradicts the ones before.</summary>
        public Dictionary<string, Item> Replayed()
        {
            var data = new Dictionary<string, Item>();
            foreach (var change in Changes)
            {
                if (change.Reason == ChangeReason.Add)
                {
                    data.Add(change.Key, change.Current);
                }
                else
                {
                    Assert.Equal(ChangeReason.Update, change.Reason);
                    Assert.Equal(data[change.Key], change.Previous.Value);
                    data[change.Key] = change.Current;
                }
            }

            return data;
        }
    }
}
