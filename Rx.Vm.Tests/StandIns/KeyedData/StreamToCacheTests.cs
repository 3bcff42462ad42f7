using System.Reactive.Subjects;
using DynamicData;
using Microsoft.Reactive.Testing;

namespace Rx.Vm.Tests.StandIns.KeyedData;

/// <summary>Plain streams collected by key.</summary>
public class StreamToCacheTests
{
    private readonly TestScheduler scheduler = new();
    private readonly Subject<Item> items = new();

    [Fact]
    public void An_empty_set_comes_first_then_one_set_per_value()
    {
        var log = ChangeLog.Of(items.ToObservableChangeSet(item => item.Key));
        items.OnNext(new("a", 1));
        items.OnNext(new("a", 2));
        items.OnNext(new("b", 1));
        log.Is("empty", "+a:1", "~a:1>2", "+b:1");
    }

    [Fact]
    public void A_batch_is_one_set()
    {
        using var batches = new Subject<IEnumerable<Item>>();
        var log = ChangeLog.Of(batches.ToObservableChangeSet(item => item.Key));
        batches.OnNext([new("a", 1), new("b", 1)]);
        log.Is("empty", "+a:1 +b:1");
    }

    [Fact]
    public void Items_expire()
    {
        var log = ChangeLog.Of(items.ToObservableChangeSet(item => item.Key, item => TimeSpan.FromTicks(item.Value), scheduler: scheduler));
        items.OnNext(new("a", 50));
        items.OnNext(new("b", 60));
        scheduler.AdvanceTo(55);
        log.Is("empty", "+a:50", "+b:60", "-a:50");
        scheduler.AdvanceTo(65);
        log.Is("empty", "+a:50", "+b:60", "-a:50", "-b:60");
    }

#if !UPSTREAM_PACKAGES
    [Fact]
    public void With_a_limit_the_oldest_items_go()
    {
        var log = ChangeLog.Of(items.ToObservableChangeSet(item => item.Key, limitSizeTo: 2));
        items.OnNext(new("a", 1));
        items.OnNext(new("b", 1));
        items.OnNext(new("a", 2));
        items.OnNext(new("c", 1));
        log.Is("empty", "+a:1", "+b:1", "~a:1>2", "+c:1 -b:1");
    }

    [Fact]
    public void It_ends_like_its_source_or_with_the_last_item_that_expires()
    {
        var plain = ChangeLog.Of(items.ToObservableChangeSet(item => item.Key));
        var expiring = ChangeLog.Of(
            items.ToObservableChangeSet(item => item.Key, item => TimeSpan.FromTicks(item.Value), scheduler: scheduler));
        items.OnNext(new("a", 50));
        items.OnCompleted();
        plain.Is("empty", "+a:50", "completed");
        expiring.Is("empty", "+a:50");
        scheduler.Start();
        expiring.Is("empty", "+a:50", "-a:50", "completed");
        Assert.Equal(50, scheduler.Clock);
    }

    [Fact]
    public void A_key_selector_that_throws_is_an_error_of_the_stream()
    {
        var log = ChangeLog.Of(items.ToObservableChangeSet<Item, string>(_ => throw new IOException("no key")));
        items.OnNext(new("a", 1));
        log.Is("empty", "error no key");
    }
#endif
}
