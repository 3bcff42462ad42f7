using System.Reactive;
using System.Reactive.Subjects;
using DynamicData;

namespace Rx.Vm.Tests.StandIns.KeyedData;

/// <summary>Groups with live caches, groups as snapshots, and different values. Items are grouped by their tens.</summary>
public class GroupTests
{
    private readonly SourceCache<Item, string> cache = Item.Cache();

    [Fact]
    public void A_group_comes_with_its_first_member_and_goes_with_its_last()
    {
        var log = ChangeLog.Of(cache.Connect().Group(Tens), group => $"{group.Cache.Count}");
        cache.AddOrUpdate([new("a", 1), new("b", 2), new("c", 11)]);
        cache.AddOrUpdate(new Item("d", 3));
        cache.Remove("c");
        cache.Remove(["a", "b", "d"]);
        log.Is("+0:2 +1:1", "-1:0", "-0:0");
    }

    [Fact]
    public void The_cache_of_a_group_tells_its_members_and_completes_with_it()
    {
        var logs = new Dictionary<int, ChangeLog>();
        using var subscription = cache.Connect().Group(Tens).Subscribe(changes =>
        {
            foreach (var change in changes.Where(change => change.Reason == ChangeReason.Add))
            {
                logs[change.Key] = ChangeLog.Of(change.Current.Cache.Connect());
            }
        });
        cache.AddOrUpdate([new("a", 1), new("b", 11)]);
        cache.AddOrUpdate(new Item("a", 2));
        cache.AddOrUpdate(new Item("a", 12));
        logs[0].Is("+a:1", "~a:1>2", "-a:2", "completed");
        logs[1].Is("+b:11", "+a:12");
    }

    [Fact]
    public void A_refresh_is_passed_into_the_group()
    {
        var log = default(ChangeLog);
        using var subscription = cache.Connect().Group(Tens).Subscribe(set => log ??= ChangeLog.Of(set.First().Current.Cache.Connect()));
        cache.AddOrUpdate(new Item("a", 1));
        cache.Refresh();
        log!.Is("+a:1", "!a:1");
    }

    [Fact]
    public void A_selector_that_throws_is_an_error_of_the_stream()
    {
        var log = ChangeLog.Of(cache.Connect().Group(item => 10 / item.Value), group => $"{group.Cache.Count}");
        cache.AddOrUpdate(new Item("a", 0));
        Assert.StartsWith("error", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void The_immutable_form_tells_a_changed_group_as_an_update_with_a_new_snapshot()
    {
        var log = ChangeLog.Of(cache.Connect().GroupWithImmutableState(Tens), group => string.Join("", group.Keys));
        cache.AddOrUpdate([new("a", 1), new("b", 2), new("c", 11)]);
        cache.AddOrUpdate(new Item("b", 12));
        cache.Remove("a");
        log.Is("+0:ab +1:c", "~0:ab>a ~1:c>cb", "-0:a");
    }

    [Fact]
    public void A_snapshot_of_a_group_answers_like_a_query()
    {
        cache.AddOrUpdate([new("a", 1), new("b", 2)]);
        IGrouping<Item, string, int>? group = null;
        using var subscription = cache.Connect().GroupWithImmutableState(Tens).Subscribe(set => group ??= set.First().Current);
        cache.Clear();
        Assert.Equal((0, 2), (group!.Key, group.Count));
        Assert.Equal([1, 2], group.Items.Select(item => item.Value));
        Assert.Equal(["a", "b"], group.KeyValues.Select(pair => pair.Key));
        Assert.True(group.Lookup("a").HasValue);
        Assert.False(group.Lookup("z").HasValue);
    }

    [Fact]
    public void A_regrouper_asks_the_selector_again()
    {
        using var regroup = new Subject<Unit>();
        var size = 10;
        var log = ChangeLog.Of(
            cache.Connect().GroupWithImmutableState(item => item.Value / size, regroup), group => string.Join("", group.Keys));
        cache.AddOrUpdate([new("a", 1), new("b", 12)]);
        regroup.OnNext(Unit.Default);
        size = 100;
        regroup.OnNext(Unit.Default);
        Assert.Equal(2, log.Lines.Count);
        Assert.Equal("+0:a +1:b", log.Lines[0]);
        Assert.Equal(["-1:b", "~0:a>ab"], log.Lines[1].Split(' ').Order(StringComparer.Ordinal));
    }

    [Fact]
    public void DistinctValues_count_who_has_a_value()
    {
        var log = ChangeLog.Of(cache.Connect().DistinctValues(Tens), value => $"{value}");
        cache.AddOrUpdate([new("a", 1), new("b", 2), new("c", 11)]);
        cache.AddOrUpdate(new Item("b", 12));
        cache.AddOrUpdate(new Item("a", 3));
        cache.Remove("a");
        cache.Remove("b");
        cache.Remove("c");
        log.Is("+0:0 +1:1", "-0:0", "-1:1");
    }

#if !UPSTREAM_PACKAGES
    [Fact]
    public void The_caches_of_the_groups_complete_when_the_subscription_ends()
    {
        ChangeLog? log = null;
        var subscription = cache.Connect().Group(Tens).Subscribe(set => log ??= ChangeLog.Of(set.First().Current.Cache.Connect()));
        cache.AddOrUpdate(new Item("a", 1));
        subscription.Dispose();
        log!.Is("+a:1", "completed");
    }

    [Fact]
    public void A_follower_of_a_group_that_throws_does_not_keep_the_set_from_the_others()
    {
        var log = ChangeLog.Of(cache.Connect().Group(Tens).OnItemAdded(group => group.Cache.Connect().Subscribe(set =>
        {
            if (set.Updates > 0)
            {
                throw new IOException("bad follower");
            }
        })), group => $"{group.Cache.Count}");
        cache.AddOrUpdate(new Item("a", 1));
        Assert.Throws<IOException>(() => cache.AddOrUpdate([new("a", 2), new("b", 11)]));
        log.Is("+0:1", "+1:1");
    }
#endif

    private static int Tens(Item item) => item.Value / 10;
}
