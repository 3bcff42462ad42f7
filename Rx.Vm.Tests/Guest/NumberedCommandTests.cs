using System.Buffers.Binary;
using Rx.Vm.Guest;
using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Tests.Guest;

/// <summary>Commands with ids, for a guest that announced <c>ids</c>: answers in any order, late, doubled, to nothing; PING ahead of all.</summary>
public class NumberedCommandTests
{
    [Fact]
    public void A_request_has_its_id_and_code_before_the_payload_of_the_command()
    {
        var h = Numbered().Reading();
        h.Send(GuestCode.ExecCmd, 7, payload: 2);
        Assert.Equal("00000043" + "00000016" + "0000000000000001" + "00000006" + "0000", Convert.ToHexString(h.Stream.Written));
    }

    [Fact]
    public void Answers_may_come_in_any_order_and_each_belongs_to_its_own_command()
    {
        var h = Numbered().Reading();
        h.Send(GuestCode.StartPod, 11);
        h.Send(GuestCode.ExecCmd, 12);
        h.Send(GuestCode.ExecCmd, 13);

        Answer(h, 3, GuestCode.Ack);
        Answer(h, 1, GuestCode.Ack, [9]);
        Answer(h, 2, GuestCode.Error, "no"u8);

        Assert.Equal((GuestCode.ExecCmd, 13), h.Messages[0] is GuestAcked a ? (a.Code, a.Token) : default);
        Assert.Equal((GuestCode.StartPod, 11, 1), h.Messages[1] is GuestAcked b ? (b.Code, b.Token, b.Payload.Length) : default);
        Assert.Equal(new GuestRefused(GuestCode.ExecCmd, 12, "no"), h.Messages[2]);
        Assert.Equal((0, 0), (h.Control.Unanswered, h.Control.StrayFrames));
    }

    [Fact]
    public void A_second_answer_one_to_nothing_and_one_without_an_id_are_strays_that_settle_nothing()
    {
        var h = Numbered(new() { MaxStrayFrames = 3 }).Reading();
        h.Send(GuestCode.ExecCmd, 1);
        h.Send(GuestCode.ExecCmd, 2);
        Answer(h, 1, GuestCode.Ack);
        h.Messages.Clear();

        Answer(h, 1, GuestCode.Error, "again"u8);
        Answer(h, 77, GuestCode.Ack);
        h.Guest(GuestCode.Ack);

        Assert.Empty(h.Messages);
        Assert.Equal((1, 3), (h.Control.Unanswered, h.Control.StrayFrames));
        Answer(h, 1, GuestCode.Ack);
        Assert.Equal(new(GuestLossKind.Protocol, "control channel: more than 3 frames that nothing asked for, the last Answer"), h.Lost());
    }

    [Fact]
    public void An_answer_to_a_request_that_was_not_sent_whole_is_a_stray()
    {
        var h = Numbered();
        h.Send(GuestCode.ExecCmd, 1, payload: 600);
        Answer(h, 1, GuestCode.Ack);
        Assert.Empty(h.Messages);
        Assert.Equal((1, 1), (h.Control.Unanswered, h.Control.StrayFrames));
    }

    [Theory]
    [InlineData("00000000000000", "ANSWER of 7 bytes without an id")]
    [InlineData("000000000000000000000009", "ANSWER of 12 bytes without an id")]
    [InlineData("00000000000000010000000C", "ANSWER with the code 12")]
    [InlineData("000000000000000100000044", "ANSWER with the code 68")]
    public void An_answer_that_is_none_ends_the_channel_and_says_why(string hex, string reason)
    {
        var h = Numbered().Reading();
        h.Send(GuestCode.ExecCmd, 1);
        h.Guest(GuestCode.Answer, Convert.FromHexString(hex));
        Assert.Equal(new(GuestLossKind.Protocol, $"control channel: {reason}"), h.Lost());
    }

    [Fact]
    public void A_PING_overtakes_what_has_not_begun_to_be_sent_and_goes_beside_a_STOPPOD()
    {
        var h = Numbered();
        h.Send(GuestCode.StartPod, 1, payload: 600);
        h.Send(GuestCode.ExecCmd, 2, payload: 50);
        h.Send(GuestCode.Ping, 3);
        Assert.Equal(512, h.Stream.Written.Length);
        h.Reading().Credit(512);
        Assert.Equal([GuestCode.StartPod, GuestCode.Ping, GuestCode.ExecCmd], Inner(h.Stream.Written));

        Answer(h, 1, GuestCode.Ack);
        Assert.Equal(GuestSend.Queued, h.Send(GuestCode.StopPod, 4));
        Assert.Equal(GuestSend.StopUnanswered, h.Send(GuestCode.ExecCmd, 5));
        Assert.Equal(GuestSend.Queued, h.Send(GuestCode.Ping, 6));
    }

    [Fact]
    public void A_guest_without_ids_is_sent_none_and_its_ANSWER_is_a_stray()
    {
        var h = new ControlHarness().Reading();
        h.Send(GuestCode.ExecCmd, 1);
        Assert.Equal([(GuestCode.ExecCmd, 8)], ControlHarness.Frames(h.Stream.Written));
        Answer(h, 1, GuestCode.Ack);
        Assert.Equal((1, 1), (h.Control.Unanswered, h.Control.StrayFrames));
    }

    [Fact]
    public void FINISHPOD_answers_a_DESTROYPOD_with_an_id_too()
    {
        var h = Numbered().Reading();
        h.Send(GuestCode.DestroyPod, 5);
        h.Guest(GuestCode.FinishPod);
        Assert.Equal((GuestCode.DestroyPod, 5), h.Single() is GuestAcked a ? (a.Code, a.Token) : default);
    }

    private static ControlHarness Numbered(GuestControlOptions? options = null) => new(options, features: GuestFeature.All & ~GuestFeature.Wide);

    private static void Answer(ControlHarness h, ulong id, GuestCode code, ReadOnlySpan<byte> payload = default) =>
        h.Guest(GuestCode.Answer, NumberedFrame.Encode(id, code, payload));

    private static List<GuestCode> Inner(byte[] bytes)
    {
        var codes = new List<GuestCode>();
        for (var at = 0; at < bytes.Length; at += (int)BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at + 4)))
        {
            Assert.Equal(67u, BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at)));
            codes.Add((GuestCode)BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at + 16)));
        }

        return codes;
    }
}
