using Rx.Vm.Guest;
using Rx.Vm.Pods;

namespace Rx.Vm.Tests.Guest;

/// <summary>The ring of a stream and its readers: credit, gaps, positions, memory. Everything inline.</summary>
public class OutputLogTests
{
    private const int Window = 8192;

    private readonly List<int> _granted = [];
    private readonly StreamBudget _budget = new(StreamBudget.PerMachine);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Before_the_first_reader_the_writer_gets_its_window_and_not_one_byte_more()
    {
        var log = Waiting();
        log.Append(new byte[Window]);
        Assert.Equal(Window, log.Window);
        Assert.Empty(_granted);
        Assert.Equal((0, Window, 0), (log.Oldest, log.Received, log.Dropped));
    }

    [Fact]
    public void Credit_follows_the_slowest_attached_reader_and_is_never_more_than_a_window_ahead_of_it()
    {
        var log = Waiting();
        using var slow = log.Attach(0);
        using var fast = log.Attach(0);
        var seed = Seeds.Of(71);
        var random = new Random(seed);
        var allowed = (long)Window;
        for (var step = 0; step < 2000; step++)
        {
            switch (random.Next(3))
            {
                case 0:
                    log.Append(new byte[random.Next((int)(allowed - log.Received) + 1)]);
                    break;
                case 1:
                    fast.Take(random.Next(1, 5000));
                    break;
                default:
                    slow.Take(random.Next(1, 3000));
                    break;
            }

            allowed = Window + _granted.Sum(g => (long)g);
            Assert.True(allowed <= Math.Min(slow.Position, fast.Position) + Window, $"seed {seed}, step {step}");
            Assert.True(allowed - Math.Min(slow.Position, fast.Position) > Window / 2, $"seed {seed}, step {step}: the writer would wait for ever");
        }

        Assert.Equal(0, log.Dropped);
    }

    [Fact]
    public void A_reader_that_leaves_holds_nobody_up_any_more_and_the_last_one_lets_the_writer_go_on()
    {
        var log = Waiting();
        var stuck = log.Attach(0);
        var other = log.Attach(0);
        log.Append(new byte[Window]);
        other.Take(Window);
        Assert.Empty(_granted);
        stuck.Dispose();
        Assert.Equal([Window], _granted);
        other.Dispose();
        for (var i = 0; i < 10; i++)
        {
            log.Append(new byte[Window]);
        }

        Assert.Equal(12 * Window, Window + _granted.Sum());
        Assert.Equal((11 * Window, 10 * Window), (log.Received, log.Oldest));
        Assert.Equal(9 * Window, log.Dropped);
    }

    [Fact]
    public void A_reader_that_begins_in_the_future_does_not_hold_the_writer_up_until_then()
    {
        var log = Waiting();
        using var reader = log.Attach(20_000);
        var sent = Seeds.Bytes(3 * Window);
        for (var at = 0; at < sent.Length; at += Window)
        {
            log.Append(sent.AsSpan(at, Window));
            Assert.Equal(Math.Min(at + 2 * Window, 3 * Window), Window + _granted.Sum());
        }

        var piece = reader.Take(int.MaxValue)!.Value;
        Assert.Equal((20_000, 0), (piece.Position, piece.Missed));
        Assert.Equal(sent[20_000..], piece.Bytes.ToArray());
    }

    [Fact]
    public void A_first_reader_that_wants_only_what_is_new_lets_a_writer_that_waits_go_on()
    {
        var log = Waiting();
        log.Append(new byte[Window]);
        using var reader = log.Attach(log.Received);
        Assert.Equal([Window], _granted);
        Assert.Null(reader.Take(10));
    }

    [Fact]
    public void A_late_reader_gets_what_is_kept_and_is_told_the_length_of_what_is_gone()
    {
        var log = new OutputLog(OutputPolicy.DropOldest(Window), _budget, null, isInline: true);
        var sent = Seeds.Bytes(50_000);
        log.Append(sent);
        Assert.Null(log.Window);
        using var late = log.Attach(0);
        using var kept = log.Attach(null);
        var piece = late.Take(1000)!.Value;
        Assert.Equal((50_000 - Window, 50_000 - Window, 1000), (piece.Position, piece.Missed, piece.Bytes.Length));
        Assert.Equal(sent.AsSpan((int)piece.Position, 1000), piece.Bytes.Span);
        Assert.Equal(0, kept.Take(1)!.Value.Missed);
        var again = log.Attach(piece.Next).Take(int.MaxValue)!.Value;
        Assert.Equal(0, again.Missed);
        Assert.Equal(sent[(int)piece.Next..], again.Bytes.ToArray());
        Assert.Equal(50_000 - Window, log.Dropped);
    }

    [Fact]
    public void What_somebody_had_read_is_not_counted_as_dropped_and_a_slower_reader_hears_of_its_own_gap_only()
    {
        var log = new OutputLog(OutputPolicy.DropOldest(Window), _budget, null, isInline: true);
        using var fast = log.Attach(0);
        using var slow = log.Attach(0);
        for (var i = 0; i < 10; i++)
        {
            log.Append(new byte[Window]);
            fast.Take(int.MaxValue);
        }

        Assert.Equal((10 * Window, 0), (fast.Position, log.Dropped));
        Assert.Equal(9 * Window, slow.Take(int.MaxValue)!.Value.Missed);
    }

    [Fact]
    public void A_reader_that_keeps_up_loses_nothing_although_more_comes_at_once_than_is_kept()
    {
        var log = new OutputLog(OutputPolicy.DropOldest(OutputPolicy.LeastKeptBytes), _budget, null, isInline: true);
        var received = new List<byte>();
        using var reading = new ProcessOutput(log).From(0).Subscribe(piece =>
        {
            Assert.Equal(0, piece.Missed);
            received.AddRange(piece.Bytes.Span);
        });
        var sent = Seeds.Bytes(60_000);
        log.Append(sent);
        Assert.Equal(sent, received);
        Assert.Equal(0, log.Dropped);
    }

    [Fact]
    public void What_is_discarded_is_counted_and_only_the_end_comes()
    {
        var log = new OutputLog(OutputPolicy.Discard, new StreamBudget(0), null, isInline: true);
        log.Append(new byte[1_000_000]);
        using var reader = log.Attach(0);
        log.Complete();
        Assert.Equal((1_000_000, 1_000_000, 1_000_000), (log.Received, log.Oldest, log.Dropped));
        Assert.Equal(new OutputPiece(1_000_000, default, 1_000_000), reader.Take(10)!.Value with { Bytes = default });
        Assert.False(Now(reader.WaitAsync(Ct)));
    }

    [Fact]
    public void The_end_comes_behind_the_last_byte_also_for_who_attaches_later()
    {
        var log = Waiting();
        using var early = log.Attach(0);
        log.Append([1, 2, 3]);
        log.Complete();
        log.Complete();
        log.Append([4]);
        using var late = log.Attach(1);
        foreach (var (reader, count) in new[] { (early, 3), (late, 2) })
        {
            Assert.True(Now(reader.WaitAsync(Ct)));
            Assert.Equal(count, reader.Take(10)!.Value.Bytes.Length);
            Assert.False(Now(reader.WaitAsync(Ct)));
        }
    }

    [Fact]
    public void Unread_output_that_is_given_up_lets_the_writer_go_on_and_who_reads_is_not_affected()
    {
        var log = Waiting();
        log.Append(new byte[Window]);
        log.LetGo(forgets: true);
        Assert.Equal((Window, Window), (Assert.Single(_granted), log.Dropped));
        Assert.Null(log.Attach(null).Take(10));

        var kept = Waiting();
        kept.Append(new byte[Window]);
        kept.LetGo(forgets: false);
        using var reader = kept.Attach(0);
        kept.LetGo(forgets: true);
        Assert.Equal(Window, reader.Take(int.MaxValue)!.Value.Bytes.Length);
    }

    [Fact]
    public void What_a_guest_sends_beyond_its_window_is_kept_while_there_is_memory_and_then_the_oldest_goes()
    {
        var budget = new StreamBudget(20_000);
        var log = new OutputLog(OutputPolicy.WaitAt(Window), budget, _granted.Add, isInline: true);
        using var stuck = log.Attach(0);
        var sent = Seeds.Bytes(100_000);
        log.Append(sent);
        Assert.Equal(0, budget.Left);
        var piece = stuck.Take(int.MaxValue)!.Value;
        Assert.Equal((sent.Length, 20_000 + ByteRing.Free), (piece.Missed + piece.Bytes.Length, piece.Bytes.Length));
        Assert.Equal(sent[(int)piece.Position..], piece.Bytes.ToArray());
        Assert.Equal(piece.Missed, log.Dropped);
        log.Complete();
        Assert.Equal(20_000, budget.Left);
    }

    [Fact]
    public void All_streams_of_a_machine_share_its_memory_and_give_it_back_with_their_ends()
    {
        var budget = new StreamBudget(1 << 20);
        var logs = Enumerable.Range(0, 100).Select(i => new OutputLog(
            i % 2 == 0 ? OutputPolicy.WaitAt(1 << 20) : OutputPolicy.DropOldest(1 << 20), budget, _granted.Add, isInline: true)).ToArray();
        foreach (var log in logs)
        {
            log.Append(new byte[2 << 20]);
        }

        Assert.Equal(0, budget.Left);
        Assert.InRange(logs.Sum(log => log.Received - log.Oldest), 1 << 20, (1 << 20) + 100 * ByteRing.Free);
        Assert.All(logs, log => Assert.True(log.Received - log.Oldest >= ByteRing.Free));
        Assert.Equal(ByteRing.Free, logs[^2].Window);
        Array.ForEach(logs, log => log.Complete());
        Assert.Equal(1 << 20, budget.Left);
    }

    [Fact]
    public void A_reader_is_woken_by_bytes_by_the_end_by_disposal_and_by_its_token_and_reads_one_at_a_time()
    {
        var log = Waiting();
        var reader = log.Attach(0);
        var bytes = reader.WaitAsync(Ct);
        Assert.False(bytes.IsCompleted);
        Assert.IsType<InvalidOperationException>(reader.WaitAsync(Ct).AsTask().Exception!.InnerException);
        log.Append([1]);
        Assert.True(Now(bytes));
        reader.Take(1);

        using var cancel = new CancellationTokenSource();
        var cancelled = reader.WaitAsync(cancel.Token).AsTask();
        cancel.Cancel();
        Assert.True(cancelled.IsCanceled);

        var disposed = reader.WaitAsync(Ct);
        reader.Dispose();
        reader.Dispose();
        Assert.False(Now(disposed));
        Assert.Null(reader.Take(1));

        var end = log.Attach(null).WaitAsync(Ct);
        log.Append([2]);
        Assert.True(Now(end));
        var second = log.Attach(2).WaitAsync(Ct);
        log.Complete();
        Assert.False(Now(second));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4095)]
    [InlineData((8 << 20) + 1)]
    public void A_backlog_out_of_range_is_refused(int bytes)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => OutputPolicy.DropOldest(bytes));
        Assert.Throws<ArgumentOutOfRangeException>(() => OutputPolicy.WaitAt(bytes));
    }

    [Fact]
    public void Defaults_are_a_wait_for_containers_and_terminals_and_256_KiB_kept_for_execs()
    {
        Assert.Equal(OutputPolicy.Wait, new ContainerSpec { Image = "x" }.Output);
        Assert.Equal((OutputPolicyKind.Wait, 256 << 10), (OutputPolicy.Wait.Kind, OutputPolicy.Wait.KeptBytes));
        Assert.Equal(OutputPolicy.Wait, OutputPolicy.WaitAt(256 << 10));
        Assert.Equal(OutputPolicy.DropOldest(256 << 10), new ExecOptions().OutputPolicy);
        Assert.Equal(OutputPolicy.Wait, new ExecOptions { Tty = true }.OutputPolicy);
        Assert.Equal(OutputPolicy.Discard, new ExecOptions { Error = OutputPolicy.Discard }.ErrorPolicy);
        Assert.Equal(0, OutputPolicy.Discard.KeptBytes);
    }

    private OutputLog Waiting() => new(OutputPolicy.WaitAt(Window), _budget, _granted.Add, isInline: true);

    private static T Now<T>(ValueTask<T> task) => MuxHarness.Now(task);
}
