using Rx.Vm.Guest.Wire;
using Rx.Vm.Init.Rules;

namespace Rx.Vm.Tests.Init.Rules;

public class OutboundBufferTests
{
    [Fact]
    public void A_frame_comes_out_as_it_is_on_the_wire()
    {
        var buffer = new OutboundBuffer();
        buffer.Append(7, "hello"u8);
        Assert.Equal(TtyFrame.Encode(7, "hello"u8), buffer.Peek().ToArray());
        Assert.Equal(17, buffer.Added);
    }

    [Fact]
    public void A_reservation_filled_in_part_becomes_a_short_frame()
    {
        var buffer = new OutboundBuffer();
        "hi"u8.CopyTo(buffer.Reserve(100));
        buffer.Commit(3, 2);
        buffer.Reserve(50);
        Assert.Equal(TtyFrame.Encode(3, "hi"u8), buffer.Peek().ToArray());
    }

    [Fact]
    public void No_payload_is_the_end_of_a_stream()
    {
        var buffer = new OutboundBuffer();
        buffer.Append(9, []);
        Assert.Equal(TtyFrame.Encode(9), buffer.Peek().ToArray());
    }

    [Fact]
    public void A_batch_is_whole_frames_and_stays_the_same_until_it_was_consumed()
    {
        var buffer = new OutboundBuffer();
        buffer.Append(1, new byte[20_000]);
        Assert.Equal(20_012, buffer.Peek().Length);
        buffer.Append(2, new byte[100]);
        buffer.Append(3, new byte[20_000]);
        Assert.Equal(20_012, buffer.Peek().Length);
        buffer.Consume(12);
        Assert.Equal(20_000, buffer.Peek().Length);
        buffer.Consume(20_000);
        Assert.Equal(20_124, buffer.Peek().Length);
        buffer.Consume(20_124);
        Assert.True(buffer.IsEmpty);
        Assert.Equal(0, buffer.Peek().Length);
        Assert.Equal(buffer.Added, buffer.Taken);
    }

    [Fact]
    public void The_largest_frame_fills_a_batch()
    {
        var buffer = new OutboundBuffer();
        buffer.Append(1, new byte[OutboundBuffer.MaxPayload]);
        Assert.Equal(OutboundBuffer.MaxBatch, buffer.Peek().Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = buffer.Reserve(OutboundBuffer.MaxPayload + 1));
    }

    [Fact]
    public void Without_room_nothing_can_be_added_and_room_comes_back()
    {
        var buffer = new OutboundBuffer();
        var frames = 0;
        while (buffer.HasRoom(OutboundBuffer.MaxPayload))
        {
            buffer.Append(1, new byte[OutboundBuffer.MaxPayload]);
            frames++;
        }

        Assert.InRange(frames, 2, 64);
        Assert.Throws<InvalidOperationException>(() => _ = buffer.Reserve(OutboundBuffer.MaxPayload));
        buffer.Consume(buffer.Peek().Length);
        Assert.True(buffer.HasRoom(OutboundBuffer.MaxPayload));
    }

    [Fact]
    public void Random_frames_and_writes_arrive_complete_in_order_and_uncut()
    {
        const int seed = 4711;
        var random = new Random(seed);
        var buffer = new OutboundBuffer();
        var scanner = new TtyFrameScanner(WireLimits.TtyPayloadToHost);
        ulong sent = 0, received = 0;
        for (var step = 0; step < 5000; step++)
        {
            var payload = random.Next(10) == 0 ? random.Next(OutboundBuffer.MaxPayload + 1) : random.Next(200);
            if (buffer.HasRoom(payload))
            {
                buffer.Reserve(payload).Fill((byte)sent);
                buffer.Commit(sent++, payload);
            }

            if (random.Next(3) == 0)
            {
                var batch = buffer.Peek();
                Assert.InRange(batch.Length, 0, OutboundBuffer.MaxBatch);
                var taken = random.Next(4) == 0 ? random.Next(batch.Length + 1) : batch.Length;
                ReadOnlySpan<byte> input = batch[..taken].ToArray();
                while (scanner.Next(ref input, out var frame) == FrameScan.Frame)
                {
                    Assert.True(frame.Session == received, $"seed {seed}, step {step}");
                    Assert.False(frame.Payload.ContainsAnyExcept((byte)received), $"seed {seed}, step {step}");
                    received++;
                }

                Assert.True(taken < batch.Length || scanner.Pending == 0, $"seed {seed}, step {step}: a whole batch ends within a frame");
                buffer.Consume(taken);
            }
        }

        Assert.InRange(received, 1000ul, sent);
    }
}
