using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Reactive.Testing;
using Rx.Vm.Native;
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

    [Fact]
    public void Whoever_holds_a_place_can_be_named_and_a_free_one_is_nobodys()
    {
        Assert.Empty(BootSlots.Holders(_temp["locks"]));
        var slots = New(2);
        using var first = slots.TryTake()!;
        using var second = slots.TryTake()!;
        first.Dispose();

        var holder = Assert.Single(BootSlots.Holders(_temp["locks"]));

        Assert.Equal((_temp["locks/boot-1"], Environment.ProcessId, false), (holder.File, holder.Pid, holder.IsStopped));
        using var again = New(1).TryTake();
        Assert.NotNull(again);
    }

    [Fact]
    public void A_place_whose_holder_is_stopped_or_did_not_sign_is_told_as_that()
    {
        using var place = New(1).TryTake()!;
        using var sleeper = Process.Start("sleep", "60");
        Assert.Equal(0, Libc.kill(sleeper.Id, 19));
        Assert.True(SpinWait.SpinUntil(() => File.ReadAllText($"/proc/{sleeper.Id}/stat").Contains(") T ", StringComparison.Ordinal), 10_000));

        using var file = PosixFiles.OpenForLock(_temp["locks/boot-0"]);
        RandomAccess.SetLength(file, 0);
        RandomAccess.Write(file, Encoding.ASCII.GetBytes(sleeper.Id.ToString(CultureInfo.InvariantCulture)), 0);
        var stopped = Assert.Single(BootSlots.Holders(_temp["locks"]));
        RandomAccess.SetLength(file, 0);
        var unsigned = Assert.Single(BootSlots.Holders(_temp["locks"]));
        sleeper.Kill();

        Assert.Equal((sleeper.Id, true), (stopped.Pid, stopped.IsStopped));
        Assert.Equal((null, false), (unsigned.Pid, unsigned.IsStopped));
    }

    private BootSlots New(int count) => new(_temp["locks"], count);
}
