using System.Reactive.Subjects;
using DynamicData;

namespace Rx.Vm.Tests.StandIns.KeyedData;

/// <summary>The three forms of Filter.</summary>
public class FilterTests
{
    private readonly SourceCache<Item, string> cache = Item.Cache();

    [Fact]
    public void Into_the_predicate_is_an_addition_out_of_it_a_removal_within_an_update_and_outside_nothing()
    {
        var log = ChangeLog.Of(cache.Connect().Filter(item => item.Value > 5));
        Put(1);
        Put(6);
        Put(7);
        Put(2);
        Put(3);
        cache.Remove("a");
        Put(8);
        cache.Remove("a");
        log.Is("+a:6", "~a:6>7", "-a:7", "+a:8", "-a:8");
    }

    [Fact]
    public void A_refresh_asks_again_and_is_passed_on_while_the_item_stays()
    {
        var limit = 5;
        var log = ChangeLog.Of(cache.Connect().Filter(item => item.Value > limit));
        Put(6);
        cache.Refresh();
        limit = 10;
        cache.Refresh();
        cache.Refresh();
        limit = 0;
        cache.Refresh();
        log.Is("+a:6", "!a:6", "-a:6", "+a:6");
    }

    [Fact]
    public void Sets_without_effect_come_as_empty_ones_if_wanted()
    {
        var all = cache.Connect(suppressEmptyChangeSets: false);
        var log = ChangeLog.Of(all.Filter(item => item.Value > 5, suppressEmptyChangeSets: false));
        Put(1);
        log.Is("empty", "empty");
    }

    [Fact]
    public void A_predicate_that_throws_is_an_error_of_the_stream_only()
    {
        var log = ChangeLog.Of(cache.Connect().Filter(item => 6 / item.Value > 1));
        var other = ChangeLog.Of(cache.Connect());
        Put(2);
        Put(0);
        Put(3);
        Assert.Equal(2, log.Lines.Count);
        Assert.StartsWith("error", log.Lines[1], StringComparison.Ordinal);
        other.Is("+a:2", "~a:2>0", "~a:0>3");
    }

    [Fact]
    public void A_new_predicate_is_one_set_of_removals_and_additions_or_nothing()
    {
        using var predicates = new BehaviorSubject<Func<Item, bool>>(item => item.Value > 5);
        cache.AddOrUpdate([new("a", 1), new("b", 6), new("c", 7)]);
        var log = ChangeLog.Of(cache.Connect().Filter(predicates));
        predicates.OnNext(item => item.Value is > 5 and < 100);
        predicates.OnNext(item => item.Value is 1 or 7);
        cache.AddOrUpdate(new Item("b", 1));
        Assert.Equal(["+b:6 +c:7", "+a:1 -b:6", "+b:1"], log.Lines.Select(Sorted));
    }

    [Fact]
    public void Nothing_passes_before_the_first_predicate()
    {
        using var predicates = new Subject<Func<Item, bool>>();
        Put(1);
        var log = ChangeLog.Of(cache.Connect().Filter(predicates));
        Put(2);
        log.Is();
        predicates.OnNext(_ => true);
        log.Is("+a:2");
    }

    [Fact]
    public void A_state_makes_the_predicate()
    {
        using var limits = new BehaviorSubject<int>(5);
        cache.AddOrUpdate([new("a", 1), new("b", 6)]);
        var log = ChangeLog.Of(cache.Connect().Filter(limits, (limit, item) => item.Value > limit));
        limits.OnNext(0);
        limits.OnNext(1);
        limits.OnNext(1);
        log.Is("+b:6", "+a:1", "-a:1");
    }

#if !UPSTREAM_PACKAGES
    [Fact]
    public void A_follower_that_changes_the_predicate_is_heard_after_the_current_set()
    {
        using var limits = new BehaviorSubject<int>(5);
        var order = new List<string>();
        using var subscription = cache.Connect().Filter(limits, (limit, item) => item.Value > limit).Subscribe(changes =>
        {
            order.Add("in " + ChangeLog.Show(changes, item => $"{item.Value}"));
            if (changes.Adds == 1 && limits.Value == 5)
            {
                limits.OnNext(100);
            }

            order.Add("out");
        });
        Put(6);
        Assert.Equal(["in +a:6", "out", "in -a:6", "out"], order);
    }
#endif

    private static string Sorted(string set) => string.Join(" ", set.Split(' ').Order(StringComparer.Ordinal));

    private void Put(int value) => cache.AddOrUpdate(new Item("a", value));
}
