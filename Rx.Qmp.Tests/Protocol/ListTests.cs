using System.Collections.Immutable;
using Rx.Qmp.Protocol;

namespace Rx.Qmp.Tests.Protocol;

/// <summary>Lists and what holds them are equal when their contents are.</summary>
public class ListTests
{
    [Fact]
    public void Commands_with_lists_of_equal_content_are_equal()
    {
        var one = new MigrateSetCapabilities { Capabilities = [Switch(MigrationCapability.Events, true), Switch(MigrationCapability.Xbzrle, false)] };
        var two = new MigrateSetCapabilities { Capabilities = [Switch(MigrationCapability.Events, true), Switch(MigrationCapability.Xbzrle, false)] };
        Assert.True(one == two);
        Assert.Equal(one.GetHashCode(), two.GetHashCode());
        Assert.False(one == two with { Capabilities = [Switch(MigrationCapability.Xbzrle, false), Switch(MigrationCapability.Events, true)] });
        Assert.False(one == two with { Capabilities = [] });

        static MigrationCapabilityStatus Switch(MigrationCapability capability, bool state) => new() { Capability = capability, State = state };
    }

    [Fact]
    public void Commands_with_properties_of_equal_content_are_equal_in_any_order()
    {
        var one = new DeviceAdd { Driver = "d", Properties = new Dictionary<string, QmpValue> { ["a"] = 1, ["b"] = "x" } };
        var two = new DeviceAdd { Driver = "d", Properties = new SortedDictionary<string, QmpValue> { ["b"] = "x", ["a"] = 1 } };
        Assert.True(one == two);
        Assert.Equal(one.GetHashCode(), two.GetHashCode());
        Assert.False(one == two with { Driver = "e" });
        Assert.False(one == two with { Properties = new Dictionary<string, QmpValue> { ["a"] = 1, ["c"] = "x" } });
        Assert.False(one == two with { Properties = null });
        Assert.True(one with { Properties = null } == one with { Properties = new Dictionary<string, QmpValue>() });
    }

    [Fact]
    public void Lists_of_lists_are_equal_too()
    {
        QmpList<QmpList<string>> one = [["a"], [], ["b", "c"]];
        QmpList<QmpList<string>> two = [["a"], [], ["b", "c"]];
        Assert.True(one == two);
        Assert.Equal(one.GetHashCode(), two.GetHashCode());
        Assert.True(one != (QmpList<QmpList<string>>)[["a"], ["b", "c"]]);
    }

    [Fact]
    public void A_list_left_out_has_no_items_and_is_not_an_empty_one()
    {
        QmpList<long> none = default;
        QmpList<long> empty = [];
        Assert.Equal((true, 0, false, 0), (none.IsDefault, none.Count, empty.IsDefault, empty.Count));
        Assert.Empty(none);
        Assert.Equal(0, none.AsSpan().Length);
        Assert.True(none != empty);
        Assert.Empty((ImmutableArray<long>)none);
        Assert.Throws<IndexOutOfRangeException>(() => none[0]);
    }

    [Fact]
    public void A_list_is_read_by_index_by_foreach_and_as_an_array()
    {
        QmpList<long> list = [3, 4, .. new[] { 5L }];
        Assert.Equal((3, 5, 12), (list.Count, list[2], list.Sum()));
        long sum = 0;
        foreach (var item in list)
        {
            sum += item;
        }

        Assert.Equal(12, sum);
        Assert.Equal([3, 4, 5], ((ImmutableArray<long>)list).ToArray());
        Assert.Equal(list, (QmpList<long>)ImmutableArray.Create(3L, 4L, 5L));
        Assert.Equal(("3 items", "1 item", "0 items"), (list.ToString(), ((QmpList<long>)[1]).ToString(), default(QmpList<long>).ToString()));
    }
}
