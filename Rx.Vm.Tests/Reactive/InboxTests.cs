using Rx.Vm.Reactive;

namespace Rx.Vm.Tests.Reactive;

public class InboxTests
{
    private const int Overflow = -1;

    [Fact]
    public void Items_come_out_in_the_order_they_were_posted()
    {
        var inbox = Of(16);
        var seen = new List<int>();
        using var subscription = inbox.Subscribe(seen.Add);

        for (var i = 0; i < 100; i++)
        {
            inbox.OnNext(i);
        }

        Assert.Equal(Enumerable.Range(0, 100), seen);
    }

    [Fact]
    public void An_item_posted_while_one_is_handled_waits_its_turn()
    {
        var inbox = Of(16);
        var log = new List<string>();
        using var subscription = inbox.Subscribe(item =>
        {
            log.Add($"enter {item}");
            if (item < 3)
            {
                inbox.OnNext(item + 1);
            }

            log.Add($"leave {item}");
        });

        inbox.OnNext(1);

        Assert.Equal(["enter 1", "leave 1", "enter 2", "leave 2", "enter 3", "leave 3"], log);
    }

    [Fact]
    public void What_was_posted_before_the_subscription_is_delivered_first()
    {
        var inbox = Of(16);
        inbox.OnNext(1);
        var seen = new List<int>();

        using var subscription = inbox.Subscribe(seen.Add);
        inbox.OnNext(2);

        Assert.Equal([1, 2], seen);
    }

    /// <summary>RX_DOOR_EVENTS sets another number of events, such as 100000000.</summary>
    [Fact]
    public void Eight_producers_lose_nothing_keep_their_own_order_and_never_overlap()
    {
        const int producers = 8;
        var events = int.TryParse(Environment.GetEnvironmentVariable("RX_DOOR_EVENTS"), out var asked) ? asked : 10_000_000;
        var perProducer = events / producers;
        var inbox = Of(int.MaxValue);
        var last = new int[producers];
        var (count, inside, overlaps, disorder) = (0, 0, 0, 0);
        using var subscription = inbox.Subscribe(item =>
        {
            overlaps += Interlocked.Increment(ref inside) == 1 ? 0 : 1;
            var (producer, number) = (item & (producers - 1), item >> 3);
            disorder += number == last[producer] + 1 ? 0 : 1;
            last[producer] = number;
            count++;
            Interlocked.Decrement(ref inside);
        });

        var threads = Enumerable.Range(0, producers).Select(producer => new Thread(() =>
        {
            for (var number = 1; number <= perProducer; number++)
            {
                inbox.OnNext(number << 3 | producer);
            }
        })).ToArray();
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());

        Assert.Equal((producers * perProducer, 0, 0), (count, overlaps, disorder));
    }

    [Fact]
    public void An_overflow_shows_once_and_vital_items_still_enter()
    {
        var inbox = Of(2);
        var seen = new List<int>();
        using var subscription = inbox.Subscribe(item =>
        {
            seen.Add(item);
            if (item == 0)
            {
                foreach (var next in new[] { 1, 2, 3, 4, 1000, 5 })
                {
                    inbox.OnNext(next);
                }
            }
        });

        inbox.OnNext(0);

        Assert.Equal([0, 1, 2, Overflow, 1000], seen);
        Assert.Equal(3, inbox.Dropped);
    }

    [Fact]
    public void A_throwing_observer_reaches_the_poster_and_the_door_stays_open()
    {
        var inbox = Of(16);
        var seen = new List<int>();
        using var subscription = inbox.Subscribe(item =>
        {
            if (item == 1)
            {
                inbox.OnNext(2);
                inbox.OnNext(3);
                throw new InvalidOperationException("one");
            }

            seen.Add(item);
        });

        Assert.Throws<InvalidOperationException>(() => inbox.OnNext(1));
        inbox.OnNext(4);

        Assert.Equal([2, 3, 4], seen);
    }

    [Fact]
    public void Completion_comes_after_what_waits_and_nothing_comes_after_it()
    {
        var inbox = Of(16);
        var log = new List<string>();
        using var subscription = inbox.Subscribe(
            item =>
            {
                log.Add($"{item}");
                if (item == 1)
                {
                    inbox.OnNext(2);
                    inbox.OnCompleted();
                    inbox.OnNext(3);
                }
            },
            () => log.Add("|"));

        inbox.OnNext(1);

        Assert.Equal(["1", "2", "|"], log);
    }

    [Fact]
    public void Disposal_stops_delivery_and_a_second_observer_is_refused()
    {
        var inbox = Of(16);
        var seen = new List<int>();
        var subscription = inbox.Subscribe(seen.Add);
        Assert.Throws<InvalidOperationException>(() => inbox.Subscribe(seen.Add));

        subscription.Dispose();
        inbox.OnNext(1);

        Assert.Empty(seen);
    }

    private static Inbox<int> Of(int capacity) => new(capacity, () => Overflow, item => item >= 1000 && capacity < 1000);
}
