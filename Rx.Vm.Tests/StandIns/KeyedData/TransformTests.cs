using System.Reactive.Subjects;
using DynamicData;
using DynamicData.Kernel;

namespace Rx.Vm.Tests.StandIns.KeyedData;

/// <summary>Items made from items.</summary>
public class TransformTests
{
    private readonly SourceCache<Item, string> cache = Item.Cache(new Item("a", 1));

    [Fact]
    public void Every_change_is_repeated_with_the_other_item()
    {
        var log = Log(cache.Connect().Transform(item => $"v{item.Value}"));
        cache.AddOrUpdate(new Item("a", 2));
        cache.Refresh();
        cache.Clear();
        log.Is("+a:v1", "~a:v1>v2", "!a:v2", "-a:v2");
    }

    [Fact]
    public void A_refresh_makes_it_anew_if_wanted()
    {
        var calls = 0;
        var log = Log(cache.Connect().Transform(item => $"v{item.Value}.{++calls}", transformOnRefresh: true));
        cache.Refresh();
        log.Is("+a:v1.1", "~a:v1.1>v1.2");
    }

    [Fact]
    public void A_second_stream_can_ask_for_new_ones()
    {
        using var force = new Subject<Func<Item, bool>>();
        var calls = 0;
        cache.AddOrUpdate(new Item("b", 5));
        var log = Log(cache.Connect().Transform(item => $"v{item.Value}.{++calls}", force));
        force.OnNext(item => item.Value > 1);
        force.OnNext(_ => false);
        log.Is("+a:v1.1 +b:v5.2", "~b:v5.2>v5.3");
    }

    [Fact]
    public void A_factory_that_throws_ends_the_result_with_an_error()
    {
        var log = Log(cache.Connect().Transform(item => item.Value == 2 ? throw new IOException("no twos") : $"v{item.Value}"));
        var other = ChangeLog.Of(cache.Connect());
        cache.AddOrUpdate(new Item("b", 2));
        cache.AddOrUpdate(new Item("c", 3));
        log.Is("+a:v1", "error no twos");
        other.Is("+a:1", "+b:2", "+c:3");
    }

    [Fact]
    public void TransformSafe_reports_and_leaves_out_the_item()
    {
        var errors = new List<Error<Item, string>>();
        var log = Log(cache.Connect().TransformSafe(
            item => item.Value == 2 ? throw new IOException("no twos") : $"v{item.Value}", errors.Add));
        cache.AddOrUpdate([new("b", 2), new("c", 3)]);
        log.Is("+a:v1", "+c:v3");
        var error = Assert.Single(errors);
        Assert.Equal(("b", 2, "no twos"), (error.Key, error.Value.Value, error.Exception!.Message));
    }

    private static ChangeLog Log(IObservable<IChangeSet<string, string>> source) => ChangeLog.Of(source, text => text);
}
