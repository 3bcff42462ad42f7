using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Rx.Vm.Guest;
using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Tests.Guest;

/// <summary>What happens when nobody reads, and when the machine has gone.</summary>
public class BackPressureTests
{
    private const int Chunk = 16 << 10;

    [Fact]
    public void A_waiting_stream_stops_the_channel_at_256_KiB_and_lets_it_go_on_below_128()
    {
        var h = new MuxHarness();
        var stuck = h.Mux.Open();
        var other = h.Mux.Open();
        for (var i = 0; i < 64; i++)
        {
            h.Guest(1, new byte[Chunk]);
        }

        h.Guest(2, "behind it");
        var taken = h.Stream.BytesRead;
        Assert.InRange(taken, 256 << 10, (256 << 10) + 3 * Chunk);
        Assert.Equal("", MuxHarness.Text(other.Output));

        Read(stuck.Output, 100 << 10);
        Assert.Equal(taken, h.Stream.BytesRead);
        Read(stuck.Output, 64 << 10);
        Assert.True(h.Stream.BytesRead > taken);
        var rest = 0;
        while (MuxHarness.Drain(stuck.Output) is { Length: > 0 } more)
        {
            rest += more.Length;
        }

        Assert.Equal(64 * Chunk, rest + (164 << 10));
        Assert.Equal("behind it", MuxHarness.Text(other.Output));
        Assert.Equal(0, stuck.DroppedBytes);
    }

    [Fact]
    public void A_dropping_stream_that_nobody_reads_stalls_nobody_and_keeps_what_is_newest()
    {
        var h = new MuxHarness();
        var stuck = h.Mux.Open(new() { Output = OutputPolicy.DropOldest(100_000) });
        var other = h.Mux.Open();
        var sent = Seeds.Bytes(4 << 20);
        for (var at = 0; at < sent.Length; at += Chunk)
        {
            h.Guest(1, sent.AsSpan(at, Chunk));
            h.Guest(2, "x");
        }

        Assert.Equal(sent.Length / Chunk, MuxHarness.Drain(other.Output).Length);
        Assert.Equal(0, other.DroppedBytes);
        h.Guest(1);
        Assert.Equal(new(StreamEndKind.Ended, null), MuxHarness.EndOf(stuck));

        var kept = MuxHarness.Drain(stuck.Output);
        Assert.True(MuxHarness.IsOver(stuck.Output));
        Assert.Equal(sent.Length, kept.Length + stuck.DroppedBytes);
        Assert.InRange(kept.Length, 100_000, 100_000 + DroppingOutput.PauseAt + Chunk);
        var old = kept.Length - 100_000;
        Assert.Equal(sent[..old], kept[..old]);
        Assert.Equal(sent[^100_000..], kept[old..]);
    }

    [Fact]
    public void A_dropping_stream_whose_reader_keeps_up_loses_nothing_although_frames_exceed_its_ring()
    {
        var h = new MuxHarness();
        var stream = h.Mux.Open(new() { Output = OutputPolicy.DropOldest(OutputPolicy.LeastKeptBytes) });
        var sent = Seeds.Bytes(60_000);
        for (var i = 0; i < 50; i++)
        {
            h.Guest(1, sent);
            Assert.Equal(sent, MuxHarness.Drain(stream.Output));
        }

        Assert.Equal(0, stream.DroppedBytes);
    }

    [Fact]
    public void Memory_of_a_dropping_stream_does_not_grow_with_what_the_guest_sends()
    {
        var h = new MuxHarness();
        var stuck = h.Mux.Open(new() { Output = OutputPolicy.DropOldest(1 << 20) });
        var frame = new byte[WireLimits.TtyPayloadToHost];
        for (var i = 0; i < 40; i++)
        {
            h.Guest(1, frame);
        }

        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 4000; i++)
        {
            h.Guest(1, frame);
        }

        var after = GC.GetTotalMemory(forceFullCollection: true);
        Assert.InRange(after - before, long.MinValue, 16 << 20);
        Assert.True(stuck.DroppedBytes > 200L << 20);
    }

    [Fact]
    public void Eight_MiB_arrive_in_order_through_a_small_window()
    {
        var h = new MuxHarness(new() { PauseAt = 4096, ResumeAt = 1024 });
        var stream = h.Mux.Open();
        var seed = Seeds.Of(33);
        var random = new Random(seed);
        using var sent = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var received = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var left = 8 << 20;
        var got = 0;
        while (left > 0 || got < 8 << 20)
        {
            if (left > 0)
            {
                var bytes = new byte[Math.Min(left, random.Next(1, 20_000))];
                random.NextBytes(bytes);
                sent.AppendData(bytes);
                left -= bytes.Length;
                h.Guest(1, bytes);
            }

            var some = Read(stream.Output, random.Next(1, 30_000));
            received.AppendData(some);
            got += some.Length;
        }

        Assert.Equal(sent.GetHashAndReset(), received.GetHashAndReset());
        Assert.Equal(0, stream.DroppedBytes);
    }

    [Fact]
    public void A_consumer_that_goes_away_or_loses_interest_lets_the_channel_go_on()
    {
        foreach (var leave in (Action<GuestStream>[])[s => s.Dispose(), s => s.Output.Complete()])
        {
            var h = new MuxHarness();
            var stuck = h.Mux.Open();
            for (var i = 0; i < 64; i++)
            {
                h.Guest(1, new byte[Chunk]);
            }

            h.Guest(1);
            Assert.False(stuck.End.IsCompleted);
            leave(stuck);
            Assert.Equal(new(StreamEndKind.Ended, null), MuxHarness.EndOf(stuck));
            Assert.Equal(0, stuck.DroppedBytes);
        }
    }

    [Fact]
    public void An_abandoned_dropping_stream_swallows_its_output()
    {
        var h = new MuxHarness();
        var stuck = h.Mux.Open(new() { Output = OutputPolicy.DropOldest(4096) });
        h.Guest(1, new byte[65_000]);
        h.Guest(1, new byte[10_000]);
        stuck.Dispose();
        var dropped = stuck.DroppedBytes;
        h.Guest(1, new byte[60_000]);
        Assert.Equal(dropped, stuck.DroppedBytes);
        h.Guest(1);
        Assert.Equal(StreamEndKind.Ended, MuxHarness.EndOf(stuck).Kind);
    }

    [Fact]
    public void Release_reaches_the_end_behind_a_stuck_consumer_and_keeps_what_was_received()
    {
        var h = new MuxHarness();
        var stuck = h.Mux.Open();
        var exec = h.Mux.Open(new() { ExpectExit = true });
        var sent = Seeds.Bytes(64 * Chunk);
        for (var at = 0; at < sent.Length; at += Chunk)
        {
            h.Guest(1, sent.AsSpan(at, Chunk));
        }

        h.Guest(2);
        h.Stream.Feed(TtyFrame.EncodeExit(2, 5));
        h.Stream.End();
        Assert.False(exec.End.IsCompleted);
        h.Mux.Release();
        h.Mux.Release();
        Assert.Equal(new(StreamEndKind.Ended, 5), MuxHarness.EndOf(exec));
        Assert.Equal(new(StreamEndKind.Lost, null), MuxHarness.EndOf(stuck));
        Assert.Equal(GuestLossKind.Closed, MuxHarness.Now(h.Mux.Completion).Kind);
        Assert.Equal(sent, MuxHarness.Drain(stuck.Output));
    }

    [Fact]
    public void Release_before_anything_is_stuck_never_waits()
    {
        var h = new MuxHarness();
        var stuck = h.Mux.Open();
        h.Mux.Release();
        for (var i = 0; i < 64; i++)
        {
            h.Guest(1, new byte[Chunk]);
        }

        h.Stream.End();
        Assert.True(h.Mux.Completion.IsCompletedSuccessfully);
        Assert.Equal(64 * Chunk, MuxHarness.Drain(stuck.Output).Length);
    }

    [Fact]
    public void What_comes_after_release_beyond_its_bound_is_dropped_and_counted()
    {
        var h = new MuxHarness(new() { ReleasedBytes = 3 * Chunk });
        var stuck = h.Mux.Open();
        h.Mux.Release();
        for (var i = 0; i < 10; i++)
        {
            h.Guest(1, new byte[Chunk]);
        }

        Assert.Equal(7 * Chunk, stuck.DroppedBytes);
        Assert.Equal(3 * Chunk, MuxHarness.Drain(stuck.Output).Length);
    }

    [Fact]
    public void Loss_and_disposal_end_streams_behind_a_stuck_consumer()
    {
        var h = new MuxHarness();
        var stuck = h.Mux.Open();
        for (var i = 0; i < 64; i++)
        {
            h.Guest(1, new byte[Chunk]);
        }

        h.Mux.Dispose();
        Assert.Equal(StreamEndKind.Lost, MuxHarness.EndOf(stuck).Kind);
        Assert.Equal(GuestLossKind.Disposed, MuxHarness.Now(h.Mux.Completion).Kind);
    }

    [Fact]
    public async Task On_the_thread_pool_a_slow_reader_gets_every_byte_in_order()
    {
        var stream = new ScriptedStream();
        using var mux = new TtyMux(stream, new() { PauseAt = 8192, ResumeAt = 4096 });
        var output = mux.Open();
        var sent = Seeds.Bytes(1 << 20);
        for (var at = 0; at < sent.Length; at += Chunk)
        {
            stream.Feed(TtyFrame.Encode(1, sent.AsSpan(at, Chunk)));
        }

        stream.Feed(TtyFrame.Encode(1));
        mux.Start();
        var received = new MemoryStream();
        await output.Output.CopyToAsync(received, TestContext.Current.CancellationToken);
        Assert.Equal(sent, received.ToArray());
        Assert.Equal(StreamEndKind.Ended, (await output.End.WaitAsync(TestContext.Current.CancellationToken)).Kind);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4095)]
    [InlineData((64 << 20) + 1)]
    public void A_backlog_out_of_range_is_refused(int bytes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => OutputPolicy.DropOldest(bytes));

    /// <summary>Reads and consumes exactly so much, or what there is.</summary>
    private static byte[] Read(PipeReader reader, int count)
    {
        var all = new List<byte>();
        while (all.Count < count && reader.TryRead(out var result))
        {
            var take = result.Buffer.Slice(0, Math.Min(count - all.Count, result.Buffer.Length));
            all.AddRange(take.ToArray());
            reader.AdvanceTo(take.End);
        }

        return [.. all];
    }
}
