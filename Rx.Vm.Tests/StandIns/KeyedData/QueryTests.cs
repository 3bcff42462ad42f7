using DynamicData;
using DynamicData.Kernel;

namespace Rx.Vm.Tests.StandIns.KeyedData;

/// <summary>Whole-collection answers and the small stream operators around them.</summary>
public class QueryTests
{
    private readonly SourceCache<Item, string> cache = Item.Cache();

    [Fact]
    public void QueryWhenChanged_answers_once_per_set_refreshes_included_and_not_for_an_empty_cache()
    {
        var log = ChangeLog.Log(cache.Connect().QueryWhenChanged(query => $"{query.Count}/{query.Lookup("a").HasValue}"), text => text);
        log.Is();
        cache.AddOrUpdate([new("a", 1), new("b", 2)]);
        cache.Refresh();
        cache.Remove("a");
        log.Is("2/True", "2/True", "1/False");
    }

    [Fact]
    public void A_query_knows_items_keys_and_pairs()
    {
        cache.AddOrUpdate([new("a", 1), new("b", 2)]);
        IQuery<Item, string>? query = null;
        using var subscription = cache.Connect().QueryWhenChanged().Subscribe(answer => query = answer);
        Assert.Equal([1, 2], query!.Items.Select(item => item.Value));
        Assert.Equal(["a", "b"], query.Keys);
        Assert.Equal(["a", "b"], query.KeyValues.Select(pair => pair.Key));
        Assert.Equal(2, query.Lookup("b").Value.Value);
    }

#if !UPSTREAM_PACKAGES
    [Fact]
    public void A_query_does_not_change_after_it_was_given()
    {
        var answers = new List<IQuery<Item, string>>();
        using var subscription = cache.Connect().QueryWhenChanged().Subscribe(answers.Add);
        cache.AddOrUpdate(new Item("a", 1));
        cache.Clear();
        Assert.Equal([1, 0], answers.Select(query => query.Count));
    }
#endif

    [Fact]
    public void ToCollection_copies_the_items_once_per_set()
    {
        var log = ChangeLog.Log(cache.Connect().ToCollection(), items => string.Join(",", items.Select(item => item.Value)));
        cache.AddOrUpdate([new("a", 1), new("b", 2)]);
        cache.AddOrUpdate(new Item("a", 3));
        cache.Clear();
        log.Is("1,2", "3,2", "");
    }

    [Fact]
    public void Watch_and_WatchValue_on_a_stream_follow_one_key()
    {
        cache.AddOrUpdate([new("a", 1), new("b", 2)]);
        var changes = ChangeLog.Of(cache.Connect().Watch("a"));
        var values = ChangeLog.Log(cache.Connect().WatchValue("a"), item => $"{item.Value}");
        cache.AddOrUpdate(new Item("a", 3));
        cache.Clear();
        changes.Is("+a:1", "~a:1>3", "-a:3");
        values.Is("1", "3", "3");
    }

    [Fact]
    public void NotEmpty_StartWithEmpty_and_SkipInitial_do_what_they_say()
    {
        cache.AddOrUpdate(new Item("a", 1));
        var all = cache.Connect(suppressEmptyChangeSets: false);
        var notEmpty = ChangeLog.Of(all.NotEmpty());
        var started = ChangeLog.Of(all.StartWithEmpty());
        var skipped = ChangeLog.Of(all.SkipInitial());
        cache.Remove("unknown");
        cache.Remove("a");
        notEmpty.Is("+a:1", "-a:1");
        started.Is("empty", "+a:1", "empty", "-a:1");
        skipped.Is("empty", "-a:1");
    }
}
