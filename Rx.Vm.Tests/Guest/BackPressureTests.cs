using Rx.Vm.Guest;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Pods;

namespace Rx.Vm.Tests.Guest;

/// <summary>What happens on the channel when nobody reads, and when the machine has gone.</summary>
public class BackPressureTests
{
    private const int Chunk = 16 << 10;

    [Theory]
    [InlineData(OutputPolicyKind.Wait)]
    [InlineData(OutputPolicyKind.DropOldest)]
    [InlineData(OutputPolicyKind.Discard)]
    public void A_stream_that_nobody_reads_delays_no_other_whatever_its_policy_and_whatever_the_guest_sends(OutputPolicyKind kind)
    {
        var h = new MuxHarness();
        var stuck = h.Mux.Open(new() { Output = PolicyOf(kind) });
        var other = h.Mux.Open();
        for (var i = 0; i < 256; i++)
        {
            h.Guest(1, new byte[Chunk]);
            h.Guest(2, "x");
        }

        Assert.Equal(256, MuxHarness.Drain(other.Output).Length);
        h.Guest(1);
        Assert.Equal(new(StreamEndKind.Ended, null), MuxHarness.EndOf(stuck));

        // A guest that does not keep to its window is kept to two of them and a megabyte, whatever else the machine may keep.
        var kept = kind == OutputPolicyKind.Wait ? 2 * (256 << 10) + (1 << 20) : PolicyOf(kind).KeptBytes;
        Assert.Equal(256 * Chunk - kept, stuck.Output.Dropped);
    }

    [Fact]
    public void A_waiting_stream_gets_credit_again_when_128_of_its_256_KiB_were_read()
    {
        var h = new MuxHarness();
        var stream = h.Mux.Open();
        Assert.Equal(256 << 10, stream.Output.Window);
        for (var i = 0; i < 16; i++)
        {
            h.Guest(1, new byte[Chunk]);
        }

        MuxHarness.DrainWithGaps(stream.Output, (128 << 10) - 1);
        Assert.Empty(h.Granted);
        MuxHarness.DrainWithGaps(stream.Output, 1);
        Assert.Equal([(1ul, 128 << 10)], h.Granted);
    }

    [Fact]
    public void An_exec_s_code_never_waits_for_a_reader()
    {
        var h = new MuxHarness();
        var exec = h.Mux.Open(new() { ExpectExit = true });
        for (var i = 0; i < 64; i++)
        {
            h.Guest(1, new byte[Chunk]);
        }

        h.Guest(1);
        h.Stream.Feed(TtyFrame.EncodeExit(1, 5));
        Assert.Equal(new(StreamEndKind.Ended, 5), MuxHarness.EndOf(exec));
        Assert.Equal(64 * Chunk, MuxHarness.Drain(exec.Output).Length);
    }

    [Fact]
    public void A_dropping_stream_keeps_what_is_newest()
    {
        var h = new MuxHarness();
        var stuck = h.Mux.Open(new() { Output = OutputPolicy.DropOldest(100_000) });
        var sent = Seeds.Bytes(4 << 20);
        for (var at = 0; at < sent.Length; at += Chunk)
        {
            h.Guest(1, sent.AsSpan(at, Chunk));
        }

        h.Guest(1);
        Assert.Empty(h.Granted);
        var (kept, missed) = MuxHarness.DrainWithGaps(stuck.Output);
        Assert.True(MuxHarness.IsOver(stuck.Output));
        Assert.Equal(sent.Length - 100_000, missed);
        Assert.Equal(sent[^100_000..], kept);
    }

    [Fact]
    public void Memory_does_not_grow_with_what_the_guest_sends()
    {
        var h = new MuxHarness();
        var dropping = h.Mux.Open(new() { Output = OutputPolicy.DropOldest(1 << 20) });
        var waiting = h.Mux.Open();
        var frame = new byte[WireLimits.TtyPayloadToHost];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 4000; i++)
        {
            h.Guest(1, frame);
            h.Guest(2, frame);
        }

        var after = GC.GetTotalMemory(forceFullCollection: true);
        Assert.InRange(after - before, long.MinValue, StreamBudget.PerMachine + (4 << 20));
        Assert.True(dropping.Output.Dropped > 200L << 20);
        Assert.True(waiting.Output.Dropped > 200L << 20);
    }

    [Fact]
    public void A_consumer_that_goes_away_or_loses_interest_lets_the_channel_go_on()
    {
        foreach (var leave in (Action<OutputLog>[])[MuxHarness.Leave, log => log.LetGo(forgets: true)])
        {
            var h = new MuxHarness();
            var stuck = h.Mux.Open();
            if (leave == MuxHarness.Leave)
            {
                MuxHarness.Drain(stuck.Output);
            }

            h.Guest(1, new byte[Chunk]);
            leave(stuck.Output);
            for (var i = 0; i < 64; i++)
            {
                h.Guest(1, new byte[Chunk]);
            }

            Assert.True(OutputPolicy.DefaultKeptBytes + h.Granted.Sum(g => g.Bytes) > 65 * Chunk);
            h.Guest(1);
            Assert.Equal(new(StreamEndKind.Ended, null), MuxHarness.EndOf(stuck));
        }
    }

    [Fact]
    public void A_forgotten_stream_leaves_the_table_and_what_comes_for_it_is_a_stranger_s()
    {
        var h = new MuxHarness();
        var refused = h.Mux.Open(new() { ExpectExit = true });
        var left = h.Mux.Budget.Left;
        refused.Forget();
        refused.Forget();
        Assert.Equal(new(StreamEndKind.Lost, null), MuxHarness.EndOf(refused));
        Assert.True(h.Mux.Budget.Left > left);
        h.Guest(1, new byte[Chunk]);
        Assert.Equal((1, 0), (h.Mux.UnknownFrames, refused.Output.Received));
    }

    [Fact]
    public void Loss_and_disposal_end_streams_that_nobody_reads()
    {
        var h = new MuxHarness();
        var stuck = h.Mux.Open();
        h.Guest(1, new byte[Chunk]);
        h.Mux.Dispose();
        Assert.Equal(StreamEndKind.Lost, MuxHarness.EndOf(stuck).Kind);
        Assert.Equal(GuestLossKind.Disposed, MuxHarness.Now(h.Mux.Completion).Kind);
        Assert.Equal(Chunk, MuxHarness.Drain(stuck.Output).Length);
    }

    [Fact]
    public async Task On_the_thread_pool_two_readers_at_different_paces_get_every_byte_in_order()
    {
        var ct = TestContext.Current.CancellationToken;
        var stream = new ScriptedStream();
        using var mux = new TtyMux(stream);
        var output = new ProcessOutput(mux.Open(new() { Output = OutputPolicy.WaitAt(1 << 20) }).Output);
        var sent = Seeds.Bytes(1 << 20);
        for (var at = 0; at < sent.Length; at += Chunk)
        {
            stream.Feed(TtyFrame.Encode(1, sent.AsSpan(at, Chunk)));
        }

        stream.Feed(TtyFrame.Encode(1));
        var received = new MemoryStream();
        var copying = output.CopyToAsync(received, ct: ct);
        await using var bytes = output.OpenStream();
        mux.Start();
        var slow = new List<byte>();
        var buffer = new byte[1000];
        while (await bytes.ReadAsync(buffer, ct) is > 0 and var count)
        {
            slow.AddRange(buffer.AsSpan(0, count));
        }

        Assert.Equal(new OutputCopy(sent.Length, 0), await copying);
        Assert.Equal(sent, received.ToArray());
        Assert.Equal(sent, slow);
    }

    private static OutputPolicy PolicyOf(OutputPolicyKind kind) => kind switch
    {
        OutputPolicyKind.Wait => OutputPolicy.Wait,
        OutputPolicyKind.DropOldest => OutputPolicy.DropOldest(),
        OutputPolicyKind.Discard => OutputPolicy.Discard,
    };
}
