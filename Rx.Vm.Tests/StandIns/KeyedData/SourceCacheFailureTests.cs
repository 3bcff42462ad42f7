using DynamicData;

namespace Rx.Vm.Tests.StandIns.KeyedData;

/// <summary>Followers and edits that throw, and followers that edit.</summary>
public class SourceCacheFailureTests
{
    private static readonly Item A1 = new("a", 1);
    private static readonly Item A2 = new("a", 2);
    private static readonly Item B1 = new("b", 1);

    [Fact]
    public void The_exception_of_a_follower_reaches_the_edit_and_ends_only_that_subscription()
    {
        using var cache = Item.Cache();
        var calls = 0;
        using var bad = cache.Connect().Subscribe(_ =>
        {
            calls++;
            throw new InvalidOperationException("bad follower");
        });
        var good = ChangeLog.Of(cache.Connect());
        var error = Assert.Throws<InvalidOperationException>(() => cache.Put(A1));
        Assert.Equal("bad follower", error.Message);
        cache.Put(B1);
        Assert.Equal(1, calls);
        Assert.Equal("+b:1", good.Lines[^1]);
        Assert.Equal(2, cache.Count);
    }

    [Fact]
    public void An_edit_that_throws_leaves_what_it_wrote_and_the_exception_reaches_the_caller()
    {
        using var cache = Item.Cache();
        Assert.Throws<InvalidOperationException>(() => cache.Edit(updater =>
        {
            updater.AddOrUpdate(A1);
            throw new InvalidOperationException();
        }));
        Assert.Equal(A1, Assert.Single(cache.Items));
    }

#if !UPSTREAM_PACKAGES
    [Fact]
    public void An_edit_that_throws_is_told_and_the_cache_lives_on()
    {
        using var cache = Item.Cache();
        var log = ChangeLog.Of(cache.Connect());
        Assert.Throws<InvalidOperationException>(() => cache.Edit(updater =>
        {
            updater.AddOrUpdate(A1);
            throw new InvalidOperationException();
        }));
        cache.Put(B1);
        log.Is("+a:1", "+b:1");
    }

    [Fact]
    public void An_inner_edit_that_throws_can_be_caught_by_the_outer_one()
    {
        using var cache = Item.Cache();
        var log = ChangeLog.Of(cache.Connect());
        cache.Edit(updater =>
        {
            updater.AddOrUpdate(A1);
            Assert.Throws<IOException>(() => cache.Edit(inner =>
            {
                inner.AddOrUpdate(B1);
                throw new IOException();
            }));
            updater.AddOrUpdate(A2);
        });
        log.Is("+a:1 +b:1 ~a:1>2");
    }

    [Fact]
    public void All_other_followers_get_the_set_before_the_exceptions_reach_the_edit()
    {
        using var cache = Item.Cache();
        using var bad = cache.Connect().Subscribe(_ => throw new InvalidOperationException("one"));
        using var preview = cache.Preview().Subscribe(_ => throw new InvalidOperationException("two"));
        using var count = cache.CountChanged.Subscribe(value => _ = 1 / (1 - value));
        var good = ChangeLog.Of(cache.Connect());
        var error = Assert.Throws<AggregateException>(() => cache.Put(A1));
        Assert.Equal(3, error.InnerExceptions.Count);
        good.Is("+a:1");
        cache.Put(B1);
        good.Is("+a:1", "+b:1");
    }

    [Fact]
    public void The_exceptions_of_an_edit_and_of_a_follower_are_both_reported()
    {
        using var cache = Item.Cache();
        using var bad = cache.Connect().Subscribe(_ => throw new InvalidOperationException("follower"));
        var error = Assert.Throws<AggregateException>(() => cache.Edit(updater =>
        {
            updater.AddOrUpdate(A1);
            throw new IOException("edit");
        }));
        Assert.Equal(["edit", "follower"], error.InnerExceptions.Select(inner => inner.Message));
    }

    [Fact]
    public void A_follower_that_edits_is_heard_after_everybody_has_the_current_set()
    {
        using var cache = Item.Cache();
        using var editor = cache.Connect().Subscribe(changes =>
        {
            if (changes.Adds == 1 && changes.First().Key == "a")
            {
                cache.Put(B1);
                Assert.Equal(2, cache.Count);
            }
        });
        var order = new List<string>();
        using var first = cache.Connect().Subscribe(changes => order.Add("first " + ChangeLog.Show(changes, item => $"{item.Value}")));
        using var last = cache.Connect().Subscribe(changes => order.Add("last " + ChangeLog.Show(changes, item => $"{item.Value}")));
        using var count = cache.CountChanged.Subscribe(value => order.Add($"count {value}"));
        cache.Put(A1);
        Assert.Equal(["count 0", "first +a:1", "last +a:1", "count 1", "first +b:1", "last +b:1", "count 2"], order);
    }

    [Fact]
    public void A_follower_that_joins_during_a_delivery_gets_a_snapshot_and_only_later_changes()
    {
        using var cache = Item.Cache();
        ChangeLog? joined = null;
        using var editor = cache.Connect().Subscribe(_ =>
        {
            if (joined is null)
            {
                cache.Put(B1);
                joined = ChangeLog.Of(cache.Connect());
                joined.Is("+a:1 +b:1");
            }
        });
        cache.Put(A1);
        cache.Put(A2);
        joined!.Is("+a:1 +b:1", "~a:1>2");
    }

    [Fact]
    public void A_preview_handler_may_not_edit()
    {
        using var cache = Item.Cache();
        using var preview = cache.Preview().Subscribe(_ => cache.Put(B1));
        var log = ChangeLog.Of(cache.Connect());
        Assert.Throws<InvalidOperationException>(() => cache.Put(A1));
        log.Is("+a:1");
        cache.Put(A2);
        log.Is("+a:1", "~a:1>2");
    }
#endif
}
