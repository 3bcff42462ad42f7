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
        cache.AddOrUpdate(A2);
        cache.Remove("b");
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
        cache.AddOrUpdate(A2);
        cache.AddOrUpdate(A1);
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
        cache.Remove("unknown");
        cache.Edit(updater => updater.Refresh("unknown"));
        cache.Clear();
        suppressing.Is();
        all.Is("empty", "empty", "empty", "empty", "empty");
    }

    [Fact]
    public void An_equal_item_is_an_update_unless_a_comparer_says_otherwise()
    {
        using var cache = Item.Cache(A1);
        var log = ChangeLog.Of(cache.Connect());
        cache.AddOrUpdate(new Item("a", 1));
        cache.AddOrUpdate(new Item("a", 1), EqualityComparer<Item>.Default);
        cache.AddOrUpdate([new("a", 1), B1], EqualityComparer<Item>.Default);
        log.Is("+a:1", "~a:1>1", "+b:1");
    }

    [Fact]
    public void Indices_are_unset_and_only_an_update_knows_the_previous_item()
    {
        using var cache = Item.Cache();
        var changes = new List<Change<Item, string>>();
        using var subscription = cache.Connect().Subscribe(changes.AddRange);
        cache.AddOrUpdate(A1);
        cache.AddOrUpdate(A2);
        cache.Refresh(A2);
        cache.Remove(A2);
        Assert.Equal(
            [ChangeReason.Add, ChangeReason.Update, ChangeReason.Refresh, ChangeReason.Remove], changes.Select(change => change.Reason));
        Assert.Equal([false, true, false, false], changes.Select(change => change.Previous.HasValue));
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
        cache.AddOrUpdate(A1);
        Assert.Equal(["count 0", "preview of 1 sees 0", "first sees 1", "watch", "last", "count 1"], order);
    }

    [Fact]
    public void CountChanged_starts_with_the_count_and_skips_repeats()
    {
        using var cache = Item.Cache(A1);
        var log = ChangeLog.Log(cache.CountChanged, count => $"{count}");
        cache.AddOrUpdate(A2);
        cache.AddOrUpdate(B1);
        cache.Clear();
        log.Is("1", "2", "0");
    }

    [Fact]
    public void Watch_gives_the_current_item_as_an_addition_then_every_change_of_the_key()
    {
        using var cache = Item.Cache(A1);
        var (known, unknown) = (ChangeLog.Of(cache.Watch("a")), ChangeLog.Of(cache.Watch("c")));
        var values = ChangeLog.Log(cache.WatchValue("a"), item => $"{item.Value}");
        cache.AddOrUpdate(B1);
        cache.AddOrUpdate(A2);
        cache.Remove("a");
        cache.AddOrUpdate(new Item("c", 3));
        known.Is("+a:1", "~a:1>2", "-a:2");
        unknown.Is("+c:3");
        values.Is("1", "2", "2");
    }

    [Fact]
    public void Load_removes_everything_and_adds_it_anew()
    {
        using var cache = Item.Cache(A1, B1);
        var log = ChangeLog.Of(cache.Connect());
        cache.Edit(updater => updater.Load([A1]));
        log.Is("+a:1 +b:1", "-a:1 -b:1 +a:1");
    }

    [Fact]
    public void EditDiff_tells_only_differences()
    {
        using var cache = Item.Cache(A1, B1);
        var log = ChangeLog.Of(cache.Connect().SkipInitial());
        cache.EditDiff([A1, new("c", 1)], EqualityComparer<Item>.Default);
        var set = Assert.Single(log.Lines);
        Assert.Equal(["+c:1", "-b:1"], set.Split(' ').Order(StringComparer.Ordinal));
        cache.EditDiff([A2, new("c", 9)], (current, wanted) => current.Key == "c" || current == wanted);
        cache.EditDiff([A2, new("c", 1)], EqualityComparer<Item>.Default);
        Assert.Equal(["~a:1>2"], log.Lines.Skip(1));
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
    public void Suspended_changes_go_out_as_one_set_and_new_followers_wait_for_it()
    {
        using var cache = Item.Cache(A1);
        var early = ChangeLog.Of(cache.Connect());
        var suspension = cache.SuspendNotifications();
        cache.AddOrUpdate(A2);
        cache.AddOrUpdate(B1);
        var late = ChangeLog.Of(cache.Connect());
        early.Is("+a:1");
        late.Is();
        suspension.Dispose();
        cache.Remove("a");
        early.Is("+a:1", "~a:1>2 +b:1", "-a:2");
        late.Is("+a:2 +b:1", "-a:2");
    }

    [Fact]
    public void Nested_suspensions_end_with_the_last_one()
    {
        using var cache = Item.Cache();
        var log = ChangeLog.Of(cache.Connect());
        var (outer, inner) = (cache.SuspendNotifications(), cache.SuspendNotifications());
        cache.AddOrUpdate(A1);
        outer.Dispose();
        outer.Dispose();
        log.Is();
        inner.Dispose();
        log.Is("+a:1");
    }

    [Fact]
    public void A_suspended_count_is_told_once_at_the_end()
    {
        using var cache = Item.Cache();
        var log = ChangeLog.Log(cache.CountChanged, count => $"{count}");
        var suspension = cache.SuspendCount();
        cache.AddOrUpdate(A1);
        cache.AddOrUpdate(B1);
        log.Is("0");
        suspension.Dispose();
        log.Is("0", "2");
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
        cache.AddOrUpdate(B1);
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
        cache.AddOrUpdate([A2, B1]);
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
        cache.AddOrUpdate(B1);
        Assert.Equal([A1], items);
        Assert.Equal(["a"], keys);
        Assert.Equal(A1, Assert.Single(pairs).Value);
        Assert.Equal(B1, cache.Lookup("b").Value);
        Assert.False(cache.Lookup("c").HasValue);
    }

    [Fact]
    public void The_pen_of_an_edit_reads_what_it_has_written()
    {
        using var cache = Item.Cache(A1);
        cache.Edit(updater =>
        {
            updater.AddOrUpdate([A2, B1]);
            Assert.Equal(2, updater.Count);
            Assert.Equal(A2, updater.Lookup("a").Value);
            Assert.Equal("a", updater.GetKey(A1));
            updater.Remove(updater.Keys);
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

    [Fact]
    public void A_disposed_suspended_cache_tells_what_it_held_back()
    {
        var cache = Item.Cache();
        var early = ChangeLog.Of(cache.Connect());
        var suspension = cache.SuspendNotifications();
        cache.AddOrUpdate(A1);
        var late = ChangeLog.Of(cache.Connect());
        cache.Dispose();
        suspension.Dispose();
        early.Is("+a:1", "completed");
        late.Is("+a:1", "completed");
    }
#endif
}
