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
            cache.Put(items);
        }

        return cache;
    }
}

/// <summary>One-line edits.</summary>
internal static class ItemEdits
{
    public static void Put(this SourceCache<Item, string> cache, params Item[] items) =>
        cache.Edit(updater => Array.ForEach(items, updater.AddOrUpdate));

    public static void Take(this SourceCache<Item, string> cache, params string[] keys) =>
        cache.Edit(updater => Array.ForEach(keys, updater.Remove));
}
