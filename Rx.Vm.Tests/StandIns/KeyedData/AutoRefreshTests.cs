using System.ComponentModel;
using System.Reactive.Subjects;
using DynamicData;
using Microsoft.Reactive.Testing;

namespace Rx.Vm.Tests.StandIns.KeyedData;

/// <summary>Changes inside of items that become refreshes.</summary>
public class AutoRefreshTests
{
    private readonly TestScheduler scheduler = new();
    private readonly SourceCache<Box, string> boxes = new(box => box.Key);

    [Fact]
    public void A_property_change_is_a_refresh_and_moves_the_item_through_a_filter()
    {
        var box = new Box("a");
        var log = Log(boxes.Connect().AutoRefresh().Filter(item => item.Size > 1));
        boxes.AddOrUpdate(box);
        box.Size = 2;
        box.Size = 3;
        box.Size = 0;
        log.Is("+a:2", "!a:3", "-a:0");
    }

    [Fact]
    public void Only_the_named_property_counts()
    {
        var box = new Box("a");
        var log = Log(boxes.Connect().AutoRefresh(item => item.Size));
        boxes.AddOrUpdate(box);
        box.Colour = "red";
        box.Size = 2;
        log.Is("+a:0", "!a:2");
    }

    [Fact]
    public void An_item_that_left_is_not_listened_to()
    {
        Box first = new("a"), second = new("a");
        var log = Log(boxes.Connect().AutoRefresh());
        boxes.AddOrUpdate(first);
        boxes.AddOrUpdate(second);
        Assert.Equal((0, 1), (first.Listeners, second.Listeners));
        boxes.Clear();
        Assert.Equal(0, second.Listeners);
        boxes.AddOrUpdate(first);
        log.Dispose();
        Assert.Equal(0, first.Listeners);
    }

    [Fact]
    public void With_a_buffer_refreshes_make_one_set_repeats_included()
    {
        Box a = new("a"), b = new("b");
        var log = Log(boxes.Connect().AutoRefresh(changeSetBuffer: TimeSpan.FromTicks(100), scheduler: scheduler));
        boxes.AddOrUpdate([a, b]);
        scheduler.AdvanceTo(10);
        a.Size = 1;
        scheduler.AdvanceTo(20);
        b.Size = 5;
        a.Size = 2;
        log.Is("+a:0 +b:0");
        scheduler.AdvanceTo(250);
        log.Is("+a:0 +b:0", "!a:2 !b:5 !a:2");
    }

    [Fact]
    public void With_a_throttle_an_item_must_be_quiet_first()
    {
        var box = new Box("a");
        var log = Log(boxes.Connect().AutoRefresh(propertyChangeThrottle: TimeSpan.FromTicks(50), scheduler: scheduler));
        boxes.AddOrUpdate(box);
        box.Size = 1;
        scheduler.AdvanceTo(40);
        box.Size = 2;
        scheduler.AdvanceTo(80);
        log.Is("+a:0");
        scheduler.AdvanceTo(200);
        log.Is("+a:0", "!a:2");
    }

    [Fact]
    public void Any_stream_per_item_can_ask_for_a_refresh()
    {
        using var cache = Item.Cache(new("a", 1), new("b", 2));
        var triggers = new Dictionary<string, Subject<bool>> { ["a"] = new(), ["b"] = new() };
        var log = ChangeLog.Of(cache.Connect().AutoRefreshOnObservable(item => triggers[item.Key]));
        triggers["b"].OnNext(true);
        cache.Remove("b");
        triggers["b"].OnNext(true);
        triggers["a"].OnNext(true);
        log.Is("+a:1 +b:2", "!b:2", "-b:2", "!a:1");
    }

#if !UPSTREAM_PACKAGES
    [Fact]
    public void A_buffered_refresh_of_an_item_that_has_left_is_dropped()
    {
        var box = new Box("a");
        var log = Log(boxes.Connect().AutoRefresh(changeSetBuffer: TimeSpan.FromTicks(100), scheduler: scheduler));
        boxes.AddOrUpdate(box);
        box.Size = 1;
        boxes.Clear();
        scheduler.Start();
        log.Is("+a:0", "-a:1");
    }

    [Fact]
    public void A_path_is_refused() => Assert.Throws<ArgumentException>(() => boxes.Connect().AutoRefresh(item => item.Colour.Length));

    [Fact]
    public void The_result_completes_with_the_cache_after_the_buffered_refreshes()
    {
        var box = new Box("a");
        var log = Log(boxes.Connect().AutoRefresh(changeSetBuffer: TimeSpan.FromTicks(100), scheduler: scheduler));
        boxes.AddOrUpdate(box);
        box.Size = 1;
        boxes.Dispose();
        log.Is("+a:0", "!a:1", "completed");
        Assert.Equal(0, box.Listeners);
    }
#endif

    private static ChangeLog Log(IObservable<IChangeSet<Box, string>> source) => ChangeLog.Of(source, box => $"{box.Size}");

    private sealed class Box(string key) : INotifyPropertyChanged
    {
        private PropertyChangedEventHandler? handlers;

        public event PropertyChangedEventHandler? PropertyChanged
        {
            add
            {
                handlers += value;
                Listeners++;
            }

            remove
            {
                handlers -= value;
                Listeners--;
            }
        }

        public string Key { get; } = key;

        public int Listeners { get; private set; }

        public int Size
        {
            get;
            set
            {
                field = value;
                handlers?.Invoke(this, new(nameof(Size)));
            }
        }

        public string Colour
        {
            get;
            set
            {
                field = value;
                handlers?.Invoke(this, new(nameof(Colour)));
            }
        } = "";
    }
}
