using DynamicData;
using Microsoft.Reactive.Testing;

namespace Rx.Vm.Tests.StandIns.KeyedData;

/// <summary>Items with a lifetime, in virtual time; an item's value is its lifetime in ticks, 0 is for ever.</summary>
public class ExpireAfterTests
{
    private readonly TestScheduler scheduler = new();
    private readonly SourceCache<Item, string> cache = Item.Cache();

    [Fact]
    public void An_item_leaves_the_cache_exactly_when_its_time_is_up()
    {
        var log = Expired();
        cache.AddOrUpdate([new("a", 50), new("b", 70)]);
        scheduler.AdvanceTo(49);
        Assert.Equal(2, cache.Count);
        scheduler.AdvanceTo(50);
        Assert.Equal(["b"], cache.Keys);
        scheduler.AdvanceTo(70);
        log.Is("50: a", "70: b");
    }

    [Fact]
    public void An_update_starts_the_time_anew()
    {
        var log = Expired();
        cache.AddOrUpdate(new Item("a", 50));
        scheduler.AdvanceTo(40);
        cache.AddOrUpdate(new Item("a", 50));
        scheduler.AdvanceTo(89);
        log.Is();
        scheduler.AdvanceTo(90);
        log.Is("90: a");
    }

    [Fact]
    public void An_update_to_no_lifetime_cancels_it()
    {
        var log = Expired();
        cache.AddOrUpdate([new("a", 50), new("b", 0)]);
        cache.AddOrUpdate(new Item("a", 0));
        scheduler.AdvanceTo(10_000);
        log.Is();
        Assert.Equal(2, cache.Count);
    }

    [Fact]
    public void Items_due_together_leave_as_one_batch()
    {
        var log = Expired();
        var sets = ChangeLog.Of(cache.Connect());
        cache.AddOrUpdate([new("a", 50), new("b", 50)]);
        scheduler.AdvanceTo(50);
        log.Is("50: a b");
        sets.Is("+a:50 +b:50", "-a:50 -b:50");
    }

    [Fact]
    public void With_polling_an_item_leaves_at_the_next_look()
    {
        var log = ChangeLog.Log(
            cache.ExpireAfter(Lifetime, TimeSpan.FromMilliseconds(10), scheduler),
            batch => $"{scheduler.Clock / TimeSpan.TicksPerMillisecond}: {string.Join(" ", batch.Select(pair => pair.Key))}");
        cache.AddOrUpdate(new Item("a", (int)TimeSpan.FromMilliseconds(25).Ticks));
        scheduler.AdvanceTo(TimeSpan.FromMilliseconds(29).Ticks);
        log.Is();
        scheduler.AdvanceTo(TimeSpan.FromMilliseconds(30).Ticks);
        log.Is("30: a");
    }

    [Fact]
    public void Without_a_subscriber_nothing_expires()
    {
        Expired().Dispose();
        cache.AddOrUpdate(new Item("a", 50));
        scheduler.AdvanceTo(1_000);
        Assert.Equal(1, cache.Count);
    }

    [Fact]
    public void The_stream_completes_with_the_cache()
    {
        var log = Expired();
        cache.AddOrUpdate(new Item("a", 50));
        cache.Dispose();
        log.Is("completed");
    }

    [Fact]
    public void On_a_stream_items_leave_the_stream_only()
    {
        var log = ChangeLog.Of(cache.Connect().ExpireAfter(Lifetime, scheduler));
        cache.AddOrUpdate([new("a", 50), new("b", 0)]);
        scheduler.AdvanceTo(100);
        cache.Refresh();
        log.Is("+a:50 +b:0", "-a:50", "!b:0");
        Assert.Equal(2, cache.Count);
    }

    [Fact]
    public void A_stream_can_be_polled_too()
    {
        var log = ChangeLog.Of(cache.Connect().ExpireAfter(Lifetime, TimeSpan.FromTicks(40), scheduler));
        cache.AddOrUpdate(new Item("a", 50));
        scheduler.AdvanceTo(79);
        log.Is("+a:50");
        scheduler.AdvanceTo(81);
        log.Is("+a:50", "-a:50");
    }

#if !UPSTREAM_PACKAGES
    [Fact]
    public void A_very_long_lifetime_is_waited_for_in_parts_and_the_longest_is_for_ever()
    {
        var days = new Item("a", 40);
        var log = ChangeLog.Log(
            cache.ExpireAfter(item => item.Value == 40 ? TimeSpan.FromDays(40) : TimeSpan.MaxValue, scheduler: scheduler),
            batch => $"{scheduler.Clock / TimeSpan.TicksPerDay}: {string.Join(" ", batch.Select(pair => pair.Key))}");
        cache.AddOrUpdate([days, new("b", 1)]);
        scheduler.AdvanceTo(TimeSpan.FromDays(40).Ticks - 1);
        log.Is();
        scheduler.AdvanceTo(TimeSpan.FromDays(400).Ticks);
        log.Is("40: a");
    }

    [Fact]
    public void A_stream_with_items_that_will_expire_completes_after_them()
    {
        var log = ChangeLog.Of(cache.Connect().ExpireAfter(Lifetime, scheduler));
        cache.AddOrUpdate(new Item("a", 50));
        cache.Dispose();
        log.Is("+a:50");
        scheduler.AdvanceTo(50);
        log.Is("+a:50", "-a:50", "completed");
    }

    [Fact]
    public void The_last_subscriber_takes_the_timer_with_it()
    {
        var log = Expired();
        cache.AddOrUpdate(new Item("a", 50));
        log.Dispose();
        scheduler.Start();
        Assert.Equal(0, scheduler.Clock);
    }
#endif

    private static TimeSpan? Lifetime(Item item) => item.Value == 0 ? null : TimeSpan.FromTicks(item.Value);

    private ChangeLog Expired() => ChangeLog.Log(
        cache.ExpireAfter(Lifetime, scheduler: scheduler),
        batch => $"{scheduler.Clock}: {string.Join(" ", batch.Select(pair => pair.Key).Order())}");
}
