using Microsoft.Reactive.Testing;
using Rx.Vm.Qemu;

namespace Rx.Vm.Tests.Qemu;

/// <summary>Places to boot in, shared by host processes: each <see cref="BootSlots"/> stands for a process, as its locks are its own.</summary>
public sealed class BootSlotsTests : IDisposable
{
    private readonly TemporaryDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void As_many_places_are_taken_as_there_are_by_all_together()
    {
        var (one, other) = (New(2), New(2));

        using var first = one.TryTake();
        using var second = other.TryTake();

        Assert.NotNull(first);
        Assert.NotNull(second);
        Assert.Null(one.TryTake());
        Assert.Null(other.TryTake());
        first.Dispose();
        Assert.NotNull(other.TryTake());
    }

    [Fact]
    public void A_directory_that_others_may_write_is_refused_by_name()
    {
        var open = Directory.CreateDirectory(_temp["locks"]);
        File.SetUnixFileMode(open.FullName, (UnixFileMode)0x1FF);

        Assert.Contains("locks", Assert.Throws<IOException>(() => New(1).TryTake()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whoever_waits_for_another_process_looks_again_until_its_turn_comes()
    {
        var time = new TestScheduler();
        var queue = new StartQueue(1, New(1), time, inline: true);
        var elsewhere = New(1).TryTake()!;
        using var turn = queue.Join();

        time.AdvanceBy(TimeSpan.FromSeconds(30).Ticks);
        Assert.False(turn.Came.IsCompleted);
        elsewhere.Dispose();
        time.AdvanceBy(TimeSpan.FromMilliseconds(100).Ticks);
        Assert.True(turn.Came.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_process_takes_turns_in_order_and_gives_its_place_to_others_when_it_leaves()
    {
        var queue = new StartQueue(1, New(1), new TestScheduler(), inline: true);
        var (first, second, third) = (queue.Join(), queue.Join(), queue.Join());

        Assert.Equal((true, false, false), (first.Came.IsCompleted, second.Came.IsCompleted, third.Came.IsCompleted));
        second.Dispose();
        Assert.True(second.Came.IsCanceled);
        first.Dispose();
        first.Dispose();
        Assert.True(third.Came.IsCompletedSuccessfully);
        third.Dispose();
        Assert.NotNull(New(1).TryTake());
    }

    [Fact]
    public void A_place_that_cannot_be_had_fails_each_wait_and_blocks_nobody()
    {
        File.WriteAllText(_temp["locks"], "not a directory");
        var queue = new StartQueue(1, New(1), new TestScheduler(), inline: true);

        Assert.All([queue.Join(), queue.Join()], turn =>
        {
            Assert.IsType<IOException>(turn.Came.Exception!.InnerException);
            turn.Dispose();
        });
        File.Delete(_temp["locks"]);
        Assert.True(queue.Join().Came.IsCompletedSuccessfully);
    }

    private BootSlots New(int count) => new(_temp["locks"], count);
}
