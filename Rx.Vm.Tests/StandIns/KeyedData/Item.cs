using DynamicData;

namespace Rx.Vm.Tests.StandIns.KeyedData;

/// <summary>A keyed value for cache tests.</summary>
internal sealed record Item(string Key, int Value)
{
    public static SourceCache<Item, string> Cache(params Item[] items)
    {
        var cache = new SourceCache<Item, string>(item => item.Key);
        if (items.Length > 0)
        {
            cache.AddOrUpdate(items);
        }

        return cache;
    }
}
