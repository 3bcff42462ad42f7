using System.Reactive.Disposables;
using System.Reactive.Subjects;
using DynamicData;

namespace Rx.Vm.Tests.StandIns.KeyedData;

/// <summary>Operators that do something per item: callbacks, subscriptions, disposal, merged streams.</summary>
public class ItemOperatorTests
{
    private readonly List<string> calls = [];
    private readonly SourceCache<Item, string> cache = Item.Cache();

    [Fact]
    public void Callbacks_see_the_changes_of_their_kind()
    {
        using var subscription = cache.Connect()
            .OnItemAdded(item => calls.Add($"added {item.Value}"))
            .OnItemUpdated((now, before) => calls.Add($"updated {before.Value} to {now.Value}"))
            .OnItemRefreshed(item => calls.Add($"refreshed {item.Value}"))
            .OnItemRemoved(item => calls.Add($"removed {item.Value}"))
            .Subscribe();
        Put(1);
        Put(2);
        cache.Refresh();
        cache.Clear();
        Assert.Equal(["added 1", "updated 1 to 2", "refreshed 2", "removed 2"], calls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Items_left_at_the_end_of_the_subscription_count_as_removed_if_wanted(bool wanted)
    {
        var subscription = cache.Connect().OnItemRemoved(item => calls.Add($"removed {item.Value}"), wanted).Subscribe();
        Put(1);
        Put(2);
        subscription.Dispose();
        Assert.Equal(wanted ? ["removed 2"] : [], calls);
    }

    [Fact]
    public void SubscribeMany_holds_one_subscription_per_item()
    {
        var subscription = cache.Connect().SubscribeMany(item =>
        {
            calls.Add($"+{item.Value}");
            return Disposable.Create(() => calls.Add($"-{item.Value}"));
        }).Subscribe();
        Put(1);
        Assert.Equal(["+1"], calls);
        Put(2);
        Assert.Equal(["+1", "+2", "-1"], calls.Take(1).Concat(calls.Skip(1).Order(StringComparer.Ordinal)));
        cache.Clear();
        Assert.Equal("-2", calls[^1]);
        Put(3);
        subscription.Dispose();
        Assert.Equal(["+3", "-3"], calls.Skip(4));
    }

    [Fact]
    public void DisposeMany_disposes_what_was_replaced_removed_or_left()
    {
        using var things = new SourceCache<Thing, string>(thing => thing.Key);
        Thing first = new("a"), second = new("a"), third = new("b");
        var subscription = things.Connect().DisposeMany().Subscribe();
        things.AddOrUpdate(first);
        things.AddOrUpdate(first);
        Assert.Equal(0, first.Disposals);
        things.AddOrUpdate(second);
        Assert.Equal((1, 0), (first.Disposals, second.Disposals));
        things.Clear();
        Assert.Equal(1, second.Disposals);
        things.AddOrUpdate(third);
        subscription.Dispose();
        Assert.Equal((1, 1, 1), (first.Disposals, second.Disposals, third.Disposals));
    }

    [Fact]
    public void MergeMany_merges_the_streams_of_the_items_that_are_there()
    {
        var streams = new Dictionary<int, Subject<string>> { [1] = new(), [2] = new(), [3] = new() };
        var log = ChangeLog.Log(cache.Connect().MergeMany(item => streams[item.Value]), text => text);
        cache.AddOrUpdate([new("a", 1), new("b", 2)]);
        streams[1].OnNext("one");
        streams[2].OnNext("two");
        Put(3);
        streams[1].OnNext("lost");
        streams[3].OnNext("three");
        cache.Clear();
        streams[2].OnNext("lost");
        log.Is("one", "two", "three");
        Assert.All(streams.Values, stream => Assert.False(stream.HasObservers));
    }

    [Fact]
    public void MergeMany_ignores_errors_of_single_streams()
    {
        var streams = new Dictionary<int, Subject<string>> { [1] = new(), [2] = new() };
        var log = ChangeLog.Log(cache.Connect().MergeMany(item => streams[item.Value]), text => text);
        cache.AddOrUpdate([new("a", 1), new("b", 2)]);
        streams[1].OnError(new IOException());
        streams[2].OnNext("two");
        log.Is("two");
    }

#if !UPSTREAM_PACKAGES
    [Fact]
    public void MergeMany_completes_with_the_last_of_source_and_streams()
    {
        using var stream = new Subject<string>();
        var log = ChangeLog.Log(cache.Connect().MergeMany(_ => stream), text => text);
        Put(1);
        cache.Dispose();
        stream.OnNext("still");
        log.Is("still");
        stream.OnCompleted();
        log.Is("still", "completed");
    }

    [Fact]
    public void DisposeMany_passes_the_set_on_before_it_disposes()
    {
        using var things = new SourceCache<Thing, string>(thing => thing.Key);
        var thing = new Thing("a");
        var seen = -1;
        using var subscription = things.Connect().DisposeMany().Subscribe(set => seen = set.First().Current.Disposals);
        things.AddOrUpdate(thing);
        things.Clear();
        Assert.Equal((0, 1), (seen, thing.Disposals));
    }

    [Fact]
    public async Task MergeMany_never_calls_its_observer_twice_at_a_time()
    {
        var streams = Enumerable.Range(0, 4).Select(_ => new Subject<int>()).ToArray();
        cache.AddOrUpdate(streams.Select((_, index) => new Item($"{index}", index)));
        int inside = 0, overlaps = 0, count = 0;
        using var subscription = cache.Connect().MergeMany(item => streams[item.Value]).Subscribe(_ =>
        {
            overlaps += Interlocked.Increment(ref inside) == 1 ? 0 : 1;
            count++;
            Interlocked.Decrement(ref inside);
        });
        await Task.WhenAll(streams.Select(stream => Task.Run(() =>
        {
            for (var i = 0; i < 2_000; i++)
            {
                stream.OnNext(i);
            }
        })));
        Assert.Equal((0, 8_000), (overlaps, count));
    }
#endif

    private void Put(int value) => cache.AddOrUpdate(new Item("a", value));

    private sealed class Thing(string key) : IDisposable
    {
        public string Key { get; } = key;

        public int Disposals { get; private set; }

        public void Dispose() => Disposals++;
    }
}
