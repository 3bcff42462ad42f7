using DynamicData;

namespace Rx.Vm.Tests.StandIns.KeyedData;

/// <summary>Which items pass, and what an item that begins or ceases to pass looks like.</summary>
public class FilterTests
{
    private readonly SourceCache<Item, string> _cache = Item.Cache();

    [Fact]
    public void Into_the_predicate_is_an_addition_out_of_it_a_removal_within_an_update_and_outside_nothing()
    {
        var log = ChangeLog.Of(_cache.Connect().Filter(item => item.Value > 5));
        Put(1);
        Put(6);
        Put(7);
        Put(2);
        Put(3);
        _cache.Take("a");
        Put(8);
        _cache.Take("a");
        log.Is("+a:6", "~a:6>7", "-a:7", "+a:8", "-a:8");
    }

    [Fact]
    public void Sets_without_effect_come_as_empty_ones_if_wanted()
    {
        var all = _cache.Connect(suppressEmptyChangeSets: false);
        var log = ChangeLog.Of(all.Filter(item => item.Value > 5, suppressEmptyChangeSets: false));
        Put(1);
        log.Is("empty", "empty");
    }

    [Fact]
    public void A_predicate_that_throws_is_an_error_of_the_stream_only()
    {
        var log = ChangeLog.Of(_cache.Connect().Filter(item => 6 / item.Value > 1));
        var other = ChangeLog.Of(_cache.Connect());
        Put(2);
        Put(0);
        Put(3);
        Assert.Equal(2, log.Lines.Count);
        Assert.StartsWith("error", log.Lines[1], StringComparison.Ordinal);
        other.Is("+a:2", "~a:2>0", "~a:0>3");
    }

    private void Put(int value) => _cache.Put(new Item("a", value));
}
