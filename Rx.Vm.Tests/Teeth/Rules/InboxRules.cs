using Rx.Vm.Reactive;

namespace Rx.Vm.Tests.Teeth.Rules;

/// <summary>What the door of the fold promises.</summary>
internal static class InboxRules
{
    private const int Overflow = -1;
    private const int Vital = 1000;

    public static void NothingIsLost()
    {
        var seen = Post(16, item => item == 1 ? [2, 3] : []);
        Assert.Equal([1, 2, 3], seen.Order());
    }

    public static void OneAtATime()
    {
        var (inside, most) = (0, 0);
        var inbox = Of(16);
        using var subscription = inbox.Subscribe(item =>
        {
            most = Math.Max(most, ++inside);
            if (item < 3)
            {
                inbox.OnNext(item + 1);
            }

            inside--;
        });
        inbox.OnNext(1);
        Assert.Equal(1, most);
    }

    public static void FirstInFirstOut() => Assert.Equal([1, 2, 3, 4], Post(16, item => item == 1 ? [2, 3, 4] : []));

    public static void TheBoundHolds()
    {
        var inbox = Of(2);
        var seen = Run(inbox, item => item == 0 ? [1, 2, 3, 4, 5] : []);
        Assert.Equal([0, 1, 2], seen.Where(item => item != Overflow));
        Assert.Equal(3, inbox.Dropped);
    }

    public static void AnOverflowShowsOnce() =>
        Assert.Equal(1, Run(Of(2), item => item == 0 ? [1, 2, 3, 4, 5] : []).Count(item => item == Overflow));

    public static void VitalItemsEnter() => Assert.Contains(Vital, Run(Of(2), item => item == 0 ? [1, 2, 3, Vital] : []));

    public static void AnExceptionLeavesTheDoorOpen()
    {
        var inbox = Of(16);
        var seen = new List<int>();
        using var subscription = inbox.Subscribe(item => seen.Add(item == 1 ? throw new InvalidOperationException("one") : item));
        Assert.Throws<InvalidOperationException>(() => inbox.OnNext(1));
        inbox.OnNext(2);
        Assert.Equal([2], seen);
    }

    public static void AnExceptionLosesNothing()
    {
        var inbox = Of(16);
        var seen = new List<int>();
        using var subscription = inbox.Subscribe(item =>
        {
            if (item == 0)
            {
                inbox.OnNext(1);
                inbox.OnNext(2);
            }

            if (item == 1)
            {
                inbox.OnNext(3);
                throw new InvalidOperationException("one");
            }

            seen.Add(item);
        });
        Assert.Throws<InvalidOperationException>(() => inbox.OnNext(0));
        inbox.OnNext(4);
        Assert.Equal([0, 2, 3, 4], seen);
    }

    public static void NothingComesAfterTheEnd()
    {
        var log = Terminal();
        Assert.DoesNotContain("3", log);
    }

    public static void TheEndComesLast() => Assert.Equal(["enter 1", "leave 1", "enter 2", "leave 2", "end"], Terminal());

    public static void DisposalStops()
    {
        var inbox = Of(16);
        var seen = new List<int>();
        var subscription = inbox.Subscribe(seen.Add);
        subscription.Dispose();
        inbox.OnNext(1);
        Assert.Empty(seen);
    }

    public static void APostFromAnotherThreadWaitsItsTurn()
    {
        var inbox = Of(16);
        var seen = new List<int>();
        using var subscription = inbox.Subscribe(item =>
        {
            if (item == 1)
            {
                // Comes back at once, with its item behind this one.
                var other = new Thread(() => inbox.OnNext(2)) { Name = "other" };
                other.Start();
                other.Join();
                Assert.Empty(seen);
            }

            seen.Add(item);
        });
        inbox.OnNext(1);
        Assert.Equal([1, 2], seen);
    }

    // The door asks whether an item is vital while it decides, so whoever is asked stands in the lock.
    public static void TheDoorIsLocked()
    {
        var (inside, overlaps) = (0, 0);
        Inbox<int>? inbox = null;
        Thread? other = null;
        inbox = new Inbox<int>(0, () => Overflow, item =>
        {
            if (Interlocked.Increment(ref inside) > 1)
            {
                overlaps++;
            }

            if (item == 1)
            {
                other = new Thread(() => inbox!.OnNext(2));
                other.Start();
                while (overlaps == 0 && other.IsAlive && !other.ThreadState.HasFlag(ThreadState.WaitSleepJoin))
                {
                    Thread.Yield();
                }
            }

            Interlocked.Decrement(ref inside);
            return true;
        });
        inbox.OnNext(1);
        other!.Join();
        Assert.Equal(0, overlaps);
    }

    private static List<string> Terminal()
    {
        var log = new List<string>();
        var inbox = Of(16);
        using var subscription = inbox.Subscribe(
            item =>
            {
                log.Add($"enter {item}");
                if (item == 1)
                {
                    inbox.OnNext(2);
                    inbox.OnCompleted();
                    inbox.OnNext(3);
                }

                log.Add($"leave {item}");
                if (item == 3)
                {
                    log.Add("3");
                }
            },
            () => log.Add("end"));
        inbox.OnNext(1);
        return log;
    }

    private static List<int> Post(int capacity, Func<int, int[]> then) => Run(Of(capacity), then, first: 1);

    private static List<int> Run(Inbox<int> inbox, Func<int, int[]> then, int first = 0)
    {
        var seen = new List<int>();
        using var subscription = inbox.Subscribe(item =>
        {
            seen.Add(item);
            Array.ForEach(then(item), inbox.OnNext);
        });
        inbox.OnNext(first);
        return seen;
    }

    private static Inbox<int> Of(int capacity) => new(capacity, () => Overflow, item => item == Vital);
}
