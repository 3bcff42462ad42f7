using System.Text;
using Rx.Vm.Guest;
using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Tests.Guest;

/// <summary>The host's rules of the control channel: answers, stop, destroy, hostile frames, loss.</summary>
public class GuestControlTests
{
    [Fact]
    public void Ready_with_features_is_told_once_and_a_second_one_ends_the_channel()
    {
        var h = new ControlHarness(ready: false);
        h.Guest(GuestCode.Ready, """{"init":"rxvm","version":1,"features":["pipes"]}""");
        Assert.Equal(new GuestReady(new("rxvm", 1, GuestFeature.Pipes)), Assert.Single(h.Messages));
        h.Guest(GuestCode.Ready);
        Assert.Equal(GuestLossKind.Protocol, h.Lost().Kind);
        Assert.Contains("READY a second time", h.Lost().Reason);
    }

    [Fact]
    public void Ready_that_is_not_the_documented_object_ends_the_channel()
    {
        var h = new ControlHarness(ready: false);
        h.Guest(GuestCode.Ready, "hello");
        Assert.Equal(new(GuestLossKind.Protocol, "control channel: READY payload is not the features JSON"), h.Lost());
    }

    [Fact]
    public void Answers_belong_to_the_oldest_unanswered_command()
    {
        var h = new ControlHarness().Reading();
        Assert.Equal(GuestSend.Queued, h.Send(GuestCode.StartPod, 1, 100));
        Assert.Equal(GuestSend.Queued, h.Send(GuestCode.ExecCmd, 2, 10));
        Assert.Equal(GuestSend.Queued, h.Send(GuestCode.Ping, 3));
        Assert.Equal([(GuestCode.StartPod, 108), (GuestCode.ExecCmd, 18), (GuestCode.Ping, 8)], ControlHarness.Frames(h.Stream.Written));
        h.Guest(GuestCode.Ack, [7, 8]);
        h.Guest(GuestCode.Error, "no such command");
        h.Guest(GuestCode.Ack);
        var first = Assert.IsType<GuestAcked>(h.Messages[0]);
        Assert.Equal((GuestCode.StartPod, 1), (first.Code, first.Token));
        Assert.Equal([7, 8], first.Payload.ToArray());
        Assert.Equal(new GuestRefused(GuestCode.ExecCmd, 2, "no such command"), h.Messages[1]);
        Assert.Equal((GuestCode.Ping, 3), h.Messages[2] is GuestAcked p ? (p.Code, p.Token) : default);
        Assert.Equal(3, h.Messages.Count);
        Assert.Equal(0, h.Control.Unanswered);
    }

    [Fact]
    public void Nothing_is_sent_behind_STOPPOD_until_it_was_answered()
    {
        var h = Running();
        Assert.Equal(GuestSend.Queued, h.Send(GuestCode.StopPod, 5));
        h.Stream.ForgetWritten();
        foreach (var code in (GuestCode[])
            [GuestCode.Ping, GuestCode.StopPod, GuestCode.DestroyPod, GuestCode.ExecCmd, GuestCode.WinSize, GuestCode.Ready])
        {
            Assert.Equal(GuestSend.StopUnanswered, h.Send(code, 6));
        }

        Assert.Empty(h.Stream.Written);
        h.Guest(GuestCode.Ack);
        Assert.Equal((GuestCode.StopPod, 5), h.Single() is GuestAcked a ? (a.Code, a.Token) : default);
        Assert.Equal(GuestSend.Queued, h.Send(GuestCode.Ready, 7));
    }

    [Fact]
    public void A_refused_STOPPOD_lets_commands_through_and_the_pod_is_still_there()
    {
        var h = Running();
        h.Send(GuestCode.StopPod, 5);
        h.Guest(GuestCode.Error, "busy");
        Assert.Equal(new GuestRefused(GuestCode.StopPod, 5, "busy"), h.Single());
        Assert.Equal(GuestSend.Queued, h.Send(GuestCode.StopPod, 6));
        h.Guest(GuestCode.FinishPod, [0, 0, 0, 1]);
        Assert.IsType<PodFinished>(h.Single());
    }

    [Fact]
    public void FINISHPOD_while_STOPPOD_is_unanswered_settles_it_and_the_late_ACK_is_not_told()
    {
        var h = Running();
        h.Send(GuestCode.StopPod, 5);
        h.Guest(GuestCode.FinishPod, [0, 0, 0, 3]);
        Assert.Equal(new PodFinished(new([3])), h.Single());
        Assert.Equal(GuestSend.Queued, h.Send(GuestCode.Ready, 6));
        h.Guest(GuestCode.Ack);
        Assert.Empty(h.Messages);
        h.Guest(GuestCode.Ack);
        Assert.Equal((GuestCode.Ready, 6), h.Single() is GuestAcked a ? (a.Code, a.Token) : default);
        Assert.Equal(0, h.Control.StrayFrames);
    }

    [Fact]
    public void A_2015_guest_that_finished_before_it_read_STOPPOD_never_answers_that()
    {
        var h = Running(old: true);
        h.Send(GuestCode.StopPod, 5);
        h.Guest(GuestCode.FinishPod, [0, 0, 0, 3]);
        Assert.IsType<PodFinished>(h.Single());
        Assert.Equal(GuestSend.Queued, h.Send(GuestCode.Ready, 6));
        h.Guest(GuestCode.Ack);
        Assert.Equal((GuestCode.Ready, 6), h.Single() is GuestAcked a ? (a.Code, a.Token) : default);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void STOPPOD_that_waits_for_credit_when_the_pod_finishes_is_not_sent_at_all(bool old)
    {
        var h = Running(old);
        h.Stream.OnWrite = null;
        h.Stream.ForgetWritten();
        h.Send(GuestCode.ExecCmd, 4, 600);
        h.Send(GuestCode.StopPod, 5);
        h.Guest(GuestCode.FinishPod, [0, 0, 0, 3]);
        Assert.IsType<PodFinished>(h.Single());
        h.Reading().Credit(512);
        Assert.Equal([(GuestCode.ExecCmd, 608)], ControlHarness.Frames(h.Stream.Written));
        Assert.Equal(1, h.Control.Unanswered);
    }

    [Fact]
    public void STOPPOD_without_a_pod_is_refused_as_the_guest_may_never_answer_it()
    {
        var h = Running();
        h.Guest(GuestCode.FinishPod, [0, 0, 0, 0]);
        Assert.Equal(GuestSend.PodEnded, h.Send(GuestCode.StopPod, 5));
        Assert.Equal(GuestSend.Queued, h.Send(GuestCode.StartPod, 6));
        Assert.Equal(GuestSend.Queued, h.Send(GuestCode.StopPod, 7));
    }

    [Fact]
    public void FINISHPOD_answers_DESTROYPOD_first_and_is_news_of_the_pod_second()
    {
        var h = Running();
        h.Send(GuestCode.DestroyPod, 9);
        Assert.Equal(GuestSend.Destroying, h.Send(GuestCode.Ping, 10));
        h.Guest(GuestCode.FinishPod, [0, 0, 0, 137, 0, 0, 0, 0]);
        Assert.Equal((GuestCode.DestroyPod, 9), h.Messages[0] is GuestAcked a ? (a.Code, a.Token) : default);
        Assert.Equal(new PodFinished(new([137, 0])), h.Messages[1]);
        Assert.Equal(2, h.Messages.Count);
        h.Guest(GuestCode.FinishPod, [0, 0, 0, 1]);
        Assert.Equal(2, h.Messages.Count);
        Assert.Equal(1, h.Control.StrayFrames);
        Assert.Equal(GuestSend.Destroying, h.Send(GuestCode.Ping, 11));
    }

    [Fact]
    public void FINISHPOD_of_a_pod_that_had_finished_answers_DESTROYPOD_and_is_not_a_second_result()
    {
        var h = Running();
        h.Guest(GuestCode.FinishPod, [0, 0, 0, 7]);
        Assert.Equal(new PodFinished(new([7])), h.Single());
        h.Send(GuestCode.DestroyPod, 9);
        h.Guest(GuestCode.FinishPod, [0, 0, 0, 0]);
        Assert.Equal((GuestCode.DestroyPod, 9), h.Single() is GuestAcked a ? (a.Code, a.Token) : default);
    }

    [Fact]
    public void A_later_guest_acknowledges_DESTROYPOD_itself()
    {
        var h = Running();
        h.Send(GuestCode.DestroyPod, 9);
        h.Guest(GuestCode.Ack);
        Assert.Equal((GuestCode.DestroyPod, 9), h.Single() is GuestAcked a ? (a.Code, a.Token) : default);
        h.Guest(GuestCode.FinishPod, [0, 0, 0, 2]);
        Assert.Equal(new PodFinished(new([2])), h.Single());
    }

    [Fact]
    public void A_refused_DESTROYPOD_does_not_lock_the_channel()
    {
        var h = Running();
        h.Send(GuestCode.DestroyPod, 9);
        h.Guest(GuestCode.Error);
        Assert.Equal(new GuestRefused(GuestCode.DestroyPod, 9, ""), h.Single());
        Assert.Equal(GuestSend.Queued, h.Send(GuestCode.Ping, 10));
    }

    [Fact]
    public void FINISHPOD_without_a_pod_is_no_result()
    {
        var h = new ControlHarness().Reading();
        h.Guest(GuestCode.FinishPod, [0, 0, 0, 0]);
        Assert.Empty(h.Messages);
        h.Send(GuestCode.StartPod, 1);
        h.Guest(GuestCode.Error, "no disk");
        h.Messages.Clear();
        h.Guest(GuestCode.FinishPod, [0, 0, 0, 0]);
        Assert.Empty(h.Messages);
        Assert.Equal(2, h.Control.StrayFrames);
    }

    [Fact]
    public void An_answer_before_the_command_was_sent_whole_answers_nothing()
    {
        var h = new ControlHarness();
        h.Send(GuestCode.StartPod, 1, 600);
        h.Guest(GuestCode.Ack);
        Assert.Empty(h.Messages);
        Assert.Equal(1, h.Control.StrayFrames);
        h.Guest(GuestCode.FinishPod, [0, 0, 0, 0]);
        Assert.Empty(h.Messages);
        h.Credit(512);
        h.Guest(GuestCode.Ack);
        Assert.IsType<GuestAcked>(h.Single());
    }

    [Fact]
    public void Frames_that_nothing_asked_for_are_ignored_up_to_the_limit()
    {
        var h = new ControlHarness();
        GuestCode[] strays = [GuestCode.Ack, GuestCode.Error, GuestCode.FinishPod, GuestCode.StartPod, (GuestCode)4711];
        for (var i = 0; i < 64; i++)
        {
            h.Guest(strays[i % strays.Length]);
        }

        Assert.Empty(h.Messages);
        Assert.Equal(64, h.Control.StrayFrames);
        h.Guest(GuestCode.Ack);
        Assert.Equal(GuestLossKind.Protocol, h.Lost().Kind);
        Assert.Contains("64", h.Lost().Reason);
    }

    [Fact]
    public void The_asynchronous_events_of_later_guests_are_no_offence()
    {
        var h = new ControlHarness();
        for (var i = 0; i < 1000; i++)
        {
            h.Guest(GuestCode.ProcessAsyncEvent, "{}");
        }

        Assert.Equal(1000, h.Messages.OfType<GuestEvent>().Count());
        Assert.Equal(0, h.Control.StrayFrames);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public void NEXT_that_is_not_4_bytes_ends_the_channel(int length)
    {
        var h = new ControlHarness();
        h.Guest(GuestCode.Next, new byte[length]);
        Assert.Equal(new(GuestLossKind.Protocol, $"control channel: NEXT with {length} bytes instead of 4"), h.Lost());
    }

    [Fact]
    public void No_code_with_any_short_payload_makes_it_throw()
    {
        var seen = 0;
        for (uint code = 0; code <= 40; code++)
        {
            for (var length = 0; length <= 20; length++)
            {
                foreach (var ready in new[] { true, false })
                {
                    var h = new ControlHarness(ready: ready).Reading();
                    h.Send(GuestCode.StartPod, 1);
                    h.Send(GuestCode.DestroyPod, 2);
                    h.Guest((GuestCode)code, Enumerable.Repeat((byte)0xFF, length).ToArray());
                    h.Stream.End();
                    h.Lost();
                    seen++;
                }
            }
        }

        Assert.Equal(41 * 21 * 2, seen);
    }

    [Fact]
    public void A_wrong_length_ends_the_channel_and_names_it()
    {
        var h = new ControlHarness();
        h.Stream.Feed([0, 0, 0, 9, 0xFF, 0xFF, 0xFF, 0xFF]);
        Assert.Equal(
            new(GuestLossKind.Protocol, "control channel: frame length 4294967295 is over the limit of 16777216 bytes"), h.Lost());
    }

    [Fact]
    public void The_text_of_an_ERROR_is_bounded_and_clean()
    {
        var h = new ControlHarness().Reading();
        h.Send(GuestCode.Ping, 1);
        h.Guest(GuestCode.Error, [.. "a\u001b[31m\u202eb\nc"u8, 0xFF, .. new byte[10_000]]);
        var refused = Assert.IsType<GuestRefused>(h.Single());
        Assert.StartsWith("a\uFFFD[31m\uFFFDb c\uFFFD", refused.Text);
        Assert.InRange(refused.Text.Length, 4000, 4097);
        Assert.EndsWith("…", refused.Text);
    }

    [Fact]
    public void The_payload_of_an_ACK_is_bounded()
    {
        var h = new ControlHarness().Reading();
        h.Send(GuestCode.Ping, 1);
        h.Guest(GuestCode.Ack, new byte[1 << 20]);
        Assert.Equal(4096, Assert.IsType<GuestAcked>(h.Single()).Payload.Length);
    }

    [Fact]
    public void What_a_guest_does_not_know_is_not_sent_to_it()
    {
        var h = Running(old: true);
        Assert.Equal(GuestSend.Unsupported, h.Send(GuestCode.KillContainer, 2));
        Assert.Equal(GuestSend.Queued, Running().Send(GuestCode.KillContainer, 2));
        Assert.Equal(GuestSend.Unsupported, h.Send(GuestCode.SignalExec, 2));
        Assert.Equal(GuestSend.Queued, Running().Send(GuestCode.SignalExec, 2));
        foreach (var code in Enum.GetValues<GuestCode>().Append((GuestCode)99))
        {
            if (code is not (GuestCode.StartPod or GuestCode.StopPod or GuestCode.DestroyPod or GuestCode.ExecCmd or GuestCode.Ready
                or GuestCode.WinSize or GuestCode.Ping or GuestCode.KillContainer or GuestCode.SignalExec or GuestCode.GetVersion
                or GuestCode.NewContainer or GuestCode.SignalProcess))
            {
                Assert.Equal(GuestSend.NotACommand, h.Send(code, 3));
            }
        }
    }

    [Fact]
    public void A_known_guest_need_not_say_READY_and_its_pod_can_finish()
    {
        var h = new ControlHarness(new() { Known = new("rxvm", 1, GuestFeature.All), PodRunning = true }, ready: false).Reading();
        Assert.Equal(GuestSend.Queued, h.Send(GuestCode.KillContainer, 1));
        h.Guest(GuestCode.FinishPod, [0, 0, 0, 1]);
        Assert.Equal(new PodFinished(new([1])), h.Single());
    }

    [Fact]
    public void The_end_of_the_stream_is_told_once_and_commands_are_refused_then()
    {
        var h = new ControlHarness();
        h.Send(GuestCode.Ping, 1);
        h.Stream.End();
        Assert.Equal(new(GuestLossKind.Closed, "the control channel was closed"), h.Lost());
        Assert.Equal(GuestSend.Lost, h.Send(GuestCode.Ping, 2));
        h.Control.Dispose();
        h.Control.Dispose();
        Assert.Single(h.Messages);
        Assert.True(h.Stream.IsDisposed);
    }

    [Fact]
    public void The_end_inside_a_frame_is_told_as_such()
    {
        var h = new ControlHarness();
        h.Stream.Feed(ControlFrame.Encode(GuestCode.Ack)[..5]);
        h.Stream.End();
        Assert.Equal("the control channel was closed 5 bytes into a frame", h.Lost().Reason);
    }

    [Fact]
    public void A_failing_read_and_a_failing_write_are_told_once()
    {
        var h = new ControlHarness();
        h.Stream.Fail(new IOException("reset"));
        Assert.Equal(new(GuestLossKind.ReadFailed, "reading the control channel failed: reset"), h.Lost());

        h = new ControlHarness();
        h.Stream.WriteFault = new IOException("broken pipe");
        Assert.Equal(GuestSend.Queued, h.Send(GuestCode.Ping, 1));
        Assert.Equal(new(GuestLossKind.WriteFailed, "writing the control channel failed: broken pipe"), h.Lost());
        h.Stream.End();
        Assert.Single(h.Messages);
    }

    [Fact]
    public void Disposal_is_silent()
    {
        var h = new ControlHarness();
        h.Send(GuestCode.Ping, 1);
        h.Control.Dispose();
        h.Guest(GuestCode.Ack);
        h.Stream.End();
        Assert.Empty(h.Messages);
        Assert.Equal(0, h.Completions);
        Assert.Equal(GuestSend.Lost, h.Send(GuestCode.Ping, 2));
    }

    [Fact]
    public void A_sink_may_send_from_within_a_message_and_hears_the_answer_after_it()
    {
        var h = new ControlHarness(ready: false);
        var depth = 0;
        var deepest = 0;
        h.Stream.OnWrite = bytes =>
        {
            h.Credit(bytes.Length);
            h.Guest(GuestCode.Ack);
        };
        h.Reaction = message =>
        {
            deepest = Math.Max(deepest, ++depth);
            if (message is GuestReady)
            {
                h.Send(GuestCode.StartPod, 1, 10);
                h.Send(GuestCode.Ping, 2);
            }

            depth--;
        };
        h.Guest(GuestCode.Ready);
        Assert.Equal(1, deepest);
        Assert.Equal(
            ["GuestReady", "StartPod 1", "Ping 2"],
            h.Messages.Select(m => m is GuestAcked a ? $"{a.Code} {a.Token}" : m.GetType().Name));
    }

    [Fact]
    public void A_loss_caused_from_within_a_message_is_told_after_it()
    {
        var h = new ControlHarness(ready: false);
        h.Stream.WriteFault = new IOException("broken pipe");
        var order = new List<string>();
        h.Reaction = message =>
        {
            order.Add($"{message.GetType().Name} begins");
            if (message is GuestReady)
            {
                Assert.Equal(GuestSend.Queued, h.Send(GuestCode.Ping, 1));
            }

            order.Add($"{message.GetType().Name} ends");
        };
        h.Guest(GuestCode.Ready);
        Assert.Equal(["GuestReady begins", "GuestReady ends", "GuestLost begins", "GuestLost ends"], order);
        Assert.Equal(GuestLossKind.WriteFailed, h.Lost().Kind);
    }

    [Fact]
    public void A_message_that_the_host_fails_at_is_not_passed_over_the_channel_ends_and_says_why()
    {
        var h = new ControlHarness().Reading();
        h.Reaction = _ => throw new InvalidOperationException("sink");
        h.Send(GuestCode.Ping, 1);
        h.Guest(GuestCode.Ack);
        Assert.Equal(2, h.Messages.Count);
        Assert.Equal(new(GuestLossKind.HostFailed, "the host failed at what the guest said: sink"), h.Lost());
        Assert.Equal(GuestSend.Lost, h.Send(GuestCode.Ping, 2));
    }

    [Fact]
    public void Everything_happens_on_the_thread_of_the_test()
    {
        // Virtual time depends on it; a synchronization context would make continuations hop.
        Assert.Null(SynchronizationContext.Current);
        var threads = new HashSet<int>();
        var h = new ControlHarness(ready: false).Reading();
        h.Reaction = _ => threads.Add(Environment.CurrentManagedThreadId);
        h.Guest(GuestCode.Ready);
        h.Send(GuestCode.StartPod, 1, 5000);
        h.Guest(GuestCode.Ack);
        h.Stream.End();
        Assert.Equal(3, h.Messages.Count);
        Assert.Equal([Environment.CurrentManagedThreadId], threads);
    }

    [Fact]
    public void A_guest_conversation_cut_at_random_is_the_same_conversation()
    {
        var seed = Seeds.Of(32);
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var bytes = Conversation(random);
            var whole = Hear([bytes]);
            var pieces = new List<byte[]>();
            for (var at = 0; at < bytes.Length;)
            {
                var count = Math.Min(bytes.Length - at, random.Next(1, 30));
                pieces.Add(bytes[at..(at + count)]);
                at += count;
            }

            Assert.True(whole.SequenceEqual(Hear(pieces)), $"seed {seed}, round {round}");
        }
    }

    private static byte[] Conversation(Random random)
    {
        var bytes = new List<byte>();
        for (var i = random.Next(30); i >= 0; i--)
        {
            var payload = new byte[random.Next(20)];
            random.NextBytes(payload);
            bytes.AddRange(random.Next(8) switch
            {
                0 or 1 or 2 => ControlFrame.Encode(GuestCode.Ack, payload),
                3 or 4 => ControlFrame.Encode(GuestCode.Error, payload),
                5 => ControlFrame.Encode(GuestCode.FinishPod, payload),
                6 => ControlFrame.EncodeNext((uint)random.Next(3)),
                _ => ControlFrame.Encode((GuestCode)random.Next(26), payload),
            });
        }

        return [.. bytes];
    }

    private static List<string> Hear(IEnumerable<byte[]> pieces)
    {
        var h = new ControlHarness();
        for (var i = 0; i < 20; i++)
        {
            h.Send(i == 0 ? GuestCode.StartPod : GuestCode.Ping, i);
        }

        foreach (var piece in pieces)
        {
            h.Stream.Feed(piece);
        }

        h.Stream.End();
        h.Lost();
        return h.Messages.ConvertAll(m => m is GuestAcked a ? $"{a.Code} {a.Token} {Convert.ToHexString(a.Payload.Span)}" : m.ToString());
    }

    private static ControlHarness Running(bool old = false)
    {
        var h = new ControlHarness(ready: !old).Reading();
        if (old)
        {
            h.Guest(GuestCode.Ready);
        }

        Assert.Equal(GuestSend.Queued, h.Send(GuestCode.StartPod, 1));
        h.Guest(GuestCode.Ack);
        h.Messages.Clear();
        return h;
    }
}
