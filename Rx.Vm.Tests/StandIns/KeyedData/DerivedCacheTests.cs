using System.Reactive.Subjects;
using DynamicData;
using DynamicData.Kernel;

namespace Rx.Vm.Tests.StandIns.KeyedData;

/// <summary>Caches that follow a stream, and how far a stream has come.</summary>
public class DerivedCacheTests
{
    private readonly SourceCache<Item, string> cache = Item.Cache(new Item("a", 1));

    [Fact]
    public void AsObservableCache_follows_the_stream_until_disposed()
    {
        var derived = cache.Connect().Filter(item => item.Value > 1).AsObservableCache();
        var log = ChangeLog.Of(derived.Connect());
        var count = ChangeLog.Log(derived.CountChanged, value => $"{value}");
        cache.AddOrUpdate([new("b", 2), new("c", 3)]);
        cache.Remove("b");
        Assert.Equal(3, Assert.Single(derived.Items).Value);
        Assert.True(derived.Lookup("c").HasValue);
        derived.Dispose();
        cache.AddOrUpdate(new Item("c", 4));
        log.Is("+b:2 +c:3", "-b:2", "completed");
        count.Is("0", "2", "1", "completed");
    }

#if !UPSTREAM_PACKAGES
    [Fact]
    public void A_derived_cache_ends_like_its_source_and_keeps_its_data()
    {
        using var changes = new Subject<IChangeSet<Item, string>>();
        using var derived = changes.AsObservableCache();
        var log = ChangeLog.Of(derived.Connect());
        changes.OnNext(new ChangeSet<Item, string>([new(ChangeReason.Add, "a", new("a", 1))]));
        changes.OnError(new IOException("gone"));
        log.Is("+a:1", "error gone");
        Assert.Equal(1, derived.Count);
        ChangeLog.Of(derived.Connect()).Is("+a:1", "error gone");
        ChangeLog.Of(derived.Preview()).Is("error gone");
    }
#endif

    [Fact]
    public void MonitorStatus_tells_pending_loaded_and_completed()
    {
        using var values = new Subject<int>();
        var log = ChangeLog.Log(values.MonitorStatus(), status => $"{status}");
        values.OnNext(1);
        values.OnNext(2);
        values.OnCompleted();
        Assert.Equal(["Pending", "Loaded", "Completed"], log.Lines.Take(3));
    }

    [Fact]
    public void MonitorStatus_tells_an_error()
    {
        using var values = new Subject<int>();
        var log = ChangeLog.Log(values.MonitorStatus(), status => $"{status}");
        values.OnError(new IOException("gone"));
        Assert.Equal(["Pending", "Errored"], log.Lines.Take(2));
    }
}
