using System.Text;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Init.Rules;

namespace Rx.Vm.Tests.Init.Rules;

public class ControlOutboxTests
{
    [Fact]
    public void Frames_come_out_in_order_as_they_are_on_the_wire()
    {
        var outbox = new ControlOutbox();
        outbox.AddCredit(12);
        outbox.AddAck([]);
        outbox.AddAck([0, 137]);
        outbox.AddError("no");
        outbox.AddFinish([0, 137]);
        byte[] expected =
        [
            .. ControlFrame.EncodeNext(12), .. ControlFrame.Encode(GuestCode.Ack),
            .. ControlFrame.Encode(GuestCode.Ack, [0, 0, 0, 0, 0, 0, 0, 137]), .. ControlFrame.Encode(GuestCode.Error, "no"u8),
            .. ControlFrame.EncodeFinishPod([0, 137]),
        ];
        Assert.Equal(expected, Take(outbox, 1000));
        Assert.Equal(0, outbox.Bytes);
    }

    [Fact]
    public void An_acknowledgement_is_a_frame_with_or_without_exit_codes()
    {
        var outbox = new ControlOutbox();
        outbox.AddAck([]);
        outbox.AddAck([7, 143]);
        byte[] expected = [.. ControlFrame.Encode(GuestCode.Ack), .. ControlFrame.Encode(GuestCode.Ack, [0, 0, 0, 7, 0, 0, 0, 143])];
        Assert.Equal(expected, Take(outbox, 1000));
    }

    [Fact]
    public void Only_whole_frames_are_handed_out_and_they_stay_until_sent()
    {
        var outbox = new ControlOutbox();
        outbox.AddCredit(1);
        outbox.AddCredit(2);
        var buffer = new byte[20];
        Assert.Equal(12, outbox.Fill(buffer, out var frames));
        Assert.Equal(1, frames);
        Assert.Equal(12, outbox.Fill(buffer, out _));
        outbox.Sent(1);
        Assert.Equal(ControlFrame.EncodeNext(2), Take(outbox, 20));
    }

    [Fact]
    public void It_is_full_at_the_limit()
    {
        var outbox = new ControlOutbox();
        while (!outbox.Full)
        {
            outbox.Add(GuestCode.Ack);
        }

        Assert.InRange(outbox.Bytes, ControlOutbox.Limit, ControlOutbox.Limit + 8);
        outbox.Sent(1);
        Assert.False(outbox.Full);
    }

    [Fact]
    public void A_lost_host_takes_credit_and_answers_along_and_leaves_the_news()
    {
        var outbox = new ControlOutbox();
        outbox.Add(GuestCode.Ready, "{}"u8);
        outbox.AddCredit(8);
        outbox.Add(GuestCode.Ack);
        outbox.AddError("x");
        outbox.AddFinish([1]);
        outbox.HostLost();
        byte[] expected = [.. ControlFrame.Encode(GuestCode.Ready, "{}"u8), .. ControlFrame.EncodeFinishPod([1])];
        Assert.Equal(expected.Length, outbox.Bytes);
        Assert.Equal(expected, Take(outbox, 1000));
        Assert.Equal(0, outbox.Bytes);
    }

    [Theory]
    [InlineData('x', 10_000, 4096)]
    [InlineData('ä', 4095, 4096)]
    [InlineData('€', 4000, 4095)]
    public void An_error_text_is_cut_between_characters(char character, int count, int bytes)
    {
        var outbox = new ControlOutbox();
        outbox.AddError(new string(character, count));
        var frame = Take(outbox, 8192);
        Assert.Equal(8 + bytes, frame.Length);
        Assert.DoesNotContain('\ufffd', Encoding.UTF8.GetString(frame.AsSpan(8)));
    }

    private static byte[] Take(ControlOutbox outbox, int size)
    {
        var buffer = new byte[size];
        var length = outbox.Fill(buffer, out var frames);
        outbox.Sent(frames);
        return buffer[..length];
    }
}
