using DynamicData;

namespace Rx.Vm.Tests.StandIns.KeyedData;

/// <summary>Answers about the whole collection.</summary>
public class QueryTests
{
    private readonly SourceCache<Item, string> _cache = Item.Cache();

    [Fact]
    public void QueryWhenChanged_answers_once_per_set_and_not_for_an_empty_cache()
    {
        var log = ChangeLog.Log(_cache.Connect().QueryWhenChanged(query => $"{query.Count}/{query.Lookup("a").HasValue}"), text => text);
        log.Is();
        _cache.Put(new Item("a", 1), new Item("b", 2));
        _cache.Put(new Item("a", 3));
        _cache.Take("a");
        log.Is("2/True", "2/True", "1/False");
    }

    [Fact]
    public void A_query_knows_items_keys_and_pairs()
    {
        _cache.Put(new Item("a", 1), new Item("b", 2));
        IQuery<Item, string>? query = null;
        using var subscription = _cache.Connect().QueryWhenChanged().Subscribe(answer => query = answer);
        Assert.Equal([1, 2], query!.Items.Select(item => item.Value));
        Assert.Equal(["a", "b"], query.Keys);
        Assert.Equal(["a", "b"], query.KeyValues.Select(pair => pair.Key));
        Assert.Equal(2, query.Lookup("b").Value.Value);
    }

    [Fact]
    public void A_query_does_not_change_after_it_was_given()
    {
        var answers = new List<IQuery<Item, string>>();
        using var subscription = _cache.Connect().QueryWhenChanged().Subscribe(answers.Add);
        _cache.Put(new Item("a", 1));
        _cache.Take("a");
        Assert.Equal([1, 0], answers.Select(query => query.Count));
    }

    [Fact]
    public void Each_subscription_of_a_query_counts_for_itself()
    {
        var counts = _cache.Connect().QueryWhenChanged(query => query.Count);
        _cache.Put(new Item("a", 1));
        var first = ChangeLog.Log(counts, count => $"{count}");
        _cache.Put(new Item("b", 1));
        var second = ChangeLog.Log(counts, count => $"{count}");
        first.Is("1", "2");
        second.Is("2");
    }
}
