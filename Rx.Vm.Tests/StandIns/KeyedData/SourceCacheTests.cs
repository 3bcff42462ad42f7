using DynamicData;

namespace Rx.Vm.Tests.StandIns.KeyedData;

/// <summary>What a cache tells its followers, edit by edit. Holds for the upstream package too, except where marked.</summary>
public class SourceCacheTests
{
    private static readonly Item A1 = new("a", 1);
    private static readonly Item A2 = new("a", 2);
    private static readonly Item B1 = new("b", 1);

    [Fact]
    public void Connect_gives_what_is_there_as_one_set_then_one_set_per_edit()
    {
        using var cache = Item.Cache(A1, B1);
        var log = ChangeLog.Of(cache.Connect());
        cache.Put(A2);
        cache.Take("b");
        log.Is("+a:1 +b:1", "~a:1>2", "-b:1");
    }

    [Fact]
    public void Connect_to_an_empty_cache_is_silent_unless_empty_sets_are_wanted()
    {
        using var cache = Item.Cache();
        ChangeLog.Of(cache.Connect()).Is();
        ChangeLog.Of(cache.Connect(suppressEmptyChangeSets: false)).Is("empty");
    }

    [Fact]
    public void Connect_with_a_predicate_filters_from_the_first_set_on()
    {
        using var cache = Item.Cache(A1, B1);
        var log = ChangeLog.Of(cache.Connect(item => item.Value > 1));
        cache.Put(A2);
        cache.Put(A1);
        log.Is("+a:2", "-a:2");
    }

    [Fact]
    public void An_edit_is_told_in_operation_order_and_not_netted()
    {
        using var cache = Item.Cache();
        var log = ChangeLog.Of(cache.Connect());
        cache.Edit(updater =>
        {
            updater.AddOrUpdate(A1);
            updater.AddOrUpdate(A2);
            updater.AddOrUpdate(B1);
            updater.Remove("a");
        });
        log.Is("+a:1 ~a:1>2 +b:1 -a:2");
    }

    [Fact]
    public void An_edit_without_effect_is_an_empty_set_for_those_who_want_it()
    {
        using var cache = Item.Cache();
        var (suppressing, all) = (ChangeLog.Of(cache.Connect()), ChangeLog.Of(cache.Connect(suppressEmptyChangeSets: false)));
        cache.Edit(_ => { });
        cache.Take("unknown");
        suppressing.Is();
        all.Is("empty", "empty", "empty");
    }

    [Fact]
    public void An_equal_item_is_an_update()
    {
        using var cache = Item.Cache(A1);
        var log = ChangeLog.Of(cache.Connect());
        cache.Put(new Item("a", 1));
        log.Is("+a:1", "~a:1>1");
    }

    [Fact]
    public void Indices_are_unset_and_only_an_update_knows_the_previous_item()
    {
        using var cache = Item.Cache();
        var changes = new List<Change<Item, string>>();
        using var subscription = cache.Connect().Subscribe(changes.AddRange);
        cache.Put(A1);
        cache.Put(A2);
        cache.Take("a");
        Assert.Equal([ChangeReason.Add, ChangeReason.Update, ChangeReason.Remove], changes.Select(change => change.Reason));
        Assert.Equal([false, true, false], changes.Select(change => change.Previous.HasValue));
        Assert.All(changes, change => Assert.Equal((-1, -1), (change.CurrentIndex, change.PreviousIndex)));
    }

    [Fact]
    public void An_edit_reaches_preview_then_followers_in_order_then_the_count()
    {
        using var cache = Item.Cache();
        var order = new List<string>();
        using var first = cache.Connect().Subscribe(_ => order.Add($"first sees {cache.Count}"));
        using var count = cache.CountChanged.Subscribe(value => order.Add($"count {value}"));
        using var watch = cache.Watch("a").Subscribe(_ => order.Add("watch"));
        using var preview = cache.Preview().Subscribe(set => order.Add($"preview of {set.Count} sees {cache.Count}"));
        using var last = cache.Connect().Subscribe(_ => order.Add("last"));
        cache.Put(A1);
        Assert.Equal(["count 0", "preview of 1 sees 0", "first sees 1", "watch", "last", "count 1"], order);
    }

    [Fact]
    public void CountChanged_starts_with_the_count_and_skips_repeats()
    {
        using var cache = Item.Cache(A1);
        var log = ChangeLog.Log(cache.CountChanged, count => $"{count}");
        cache.Put(A2);
        cache.Put(B1);
        cache.Take("a", "b");
        log.Is("1", "2", "0");
    }

    [Fact]
    public void Watch_gives_the_current_item_as_an_addition_then_every_change_of_the_key()
    {
        using var cache = Item.Cache(A1);
        var (known, unknown) = (ChangeLog.Of(cache.Watch("a")), ChangeLog.Of(cache.Watch("c")));
        cache.Put(B1);
        cache.Put(A2);
        cache.Take("a");
        cache.Put(new Item("c", 3));
        known.Is("+a:1", "~a:1>2", "-a:2");
        unknown.Is("+c:3");
    }

    [Fact]
    public void An_edit_inside_an_edit_joins_it()
    {
        using var cache = Item.Cache();
        var log = ChangeLog.Of(cache.Connect());
        cache.Edit(updater =>
        {
            updater.AddOrUpdate(A1);
            cache.Edit(inner => inner.AddOrUpdate(B1));
            updater.AddOrUpdate(A2);
        });
        log.Is("+a:1 +b:1 ~a:1>2");
    }

    [Fact]
    public void Dispose_completes_every_stream_once()
    {
        var cache = Item.Cache(A1);
        var connect = ChangeLog.Of(cache.Connect());
        var (watch, preview) = (ChangeLog.Of(cache.Watch("a")), ChangeLog.Of(cache.Preview()));
        var count = ChangeLog.Log(cache.CountChanged, value => $"{value}");
        cache.Dispose();
        cache.Dispose();
        connect.Is("+a:1", "completed");
        watch.Is("+a:1", "completed");
        preview.Is("completed");
        count.Is("1", "completed");
    }

    [Fact]
    public void A_disposed_cache_gives_a_snapshot_and_completion_and_changes_silently()
    {
        var cache = Item.Cache(A1);
        var before = ChangeLog.Of(cache.Connect());
        cache.Dispose();
        cache.Put(B1);
        before.Is("+a:1", "completed");
        Assert.Equal(2, cache.Count);
        ChangeLog.Of(cache.Connect()).Is("+a:1 +b:1", "completed");
    }

    [Fact]
    public void A_follower_that_left_gets_nothing_more()
    {
        using var cache = Item.Cache(A1);
        var (connect, preview, watch) = (ChangeLog.Of(cache.Connect()), ChangeLog.Of(cache.Preview()), ChangeLog.Of(cache.Watch("a")));
        var count = ChangeLog.Log(cache.CountChanged, value => $"{value}");
        connect.Dispose();
        preview.Dispose();
        watch.Dispose();
        count.Dispose();
        cache.Put(A2, B1);
        connect.Is("+a:1");
        preview.Is();
        watch.Is("+a:1");
        count.Is("1");
    }

    [Fact]
    public void Readers_get_copies()
    {
        using var cache = Item.Cache(A1);
        var (items, keys, pairs) = (cache.Items, cache.Keys, cache.KeyValues);
        cache.Put(B1);
        Assert.Equal([A1], items);
        Assert.Equal(["a"], keys);
        Assert.Equal(A1, Assert.Single(pairs).Value);
        Assert.Equal(B1, cache.Lookup("b").Value);
        Assert.False(cache.Lookup("c").HasValue);
    }

    [Fact]
    public void An_edit_reads_what_it_has_written()
    {
        using var cache = Item.Cache(A1);
        cache.Edit(updater =>
        {
            updater.AddOrUpdate(A2);
            updater.AddOrUpdate(B1);
            Assert.Equal(2, updater.Count);
            Assert.Equal(A2, updater.Lookup("a").Value);
            foreach (var key in updater.Keys)
            {
                updater.Remove(key);
            }

            Assert.Empty(updater.Items);
        });
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void A_cache_without_key_selector_is_refused() =>
        Assert.Throws<ArgumentNullException>(() => new SourceCache<Item, string>(null!));

#if !UPSTREAM_PACKAGES
    [Fact]
    public void Connect_inside_an_edit_sees_the_whole_edit_first()
    {
        using var cache = Item.Cache();
        ChangeLog? log = null;
        cache.Edit(updater =>
        {
            updater.AddOrUpdate(A1);
            log = ChangeLog.Of(cache.Connect());
            updater.AddOrUpdate(B1);
        });
        log!.Is("+a:1 +b:1");
    }

#endif
}
