using System.Net.Sockets;
using Rx.Vm.Guest;
using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Tests.Guest;

/// <summary>Credit, the window, the bounds of the queue, and last words behind a broken pipe.</summary>
public class FlowControlTests
{
    [Fact]
    public void At_most_512_bytes_are_in_flight_whatever_the_credit_comes_in()
    {
        var h = new ControlHarness();
        h.Send(GuestCode.StartPod, 1, 2000);
        h.Send(GuestCode.Ping, 2);
        Assert.Equal(512, h.Stream.Written.Length);
        var credited = 0;
        foreach (var step in new[] { 8, 1, 500, 3, 512, 100, 412 })
        {
            h.Credit(step);
            credited += step;
            Assert.Equal(Math.Min(credited + 512, 2016), h.Stream.Written.Length);
        }

        h.Credit(2016 - credited);
        Assert.Equal([(GuestCode.StartPod, 2008), (GuestCode.Ping, 8)], ControlHarness.Frames(h.Stream.Written));
        Assert.Empty(h.Messages);
    }

    [Fact]
    public void A_wide_guest_is_sent_64_KiB_ahead_of_its_credit()
    {
        var h = new ControlHarness(features: GuestFeature.All & ~GuestFeature.Ids);
        h.Send(GuestCode.StartPod, 1, 100_000);
        h.Send(GuestCode.Ping, 2);
        Assert.Equal((65_536, 1), (h.Stream.Written.Length, h.Stream.Writes));
        h.Credit(1);
        Assert.Equal((65_537, 2), (h.Stream.Written.Length, h.Stream.Writes));
        h.Credit(65_536);
        Assert.Equal([(GuestCode.StartPod, 100_008), (GuestCode.Ping, 8)], ControlHarness.Frames(h.Stream.Written));
        Assert.Empty(h.Messages);
        h.Credit(100_016 - 65_537 + 1);
        Assert.Equal(GuestLossKind.Protocol, h.Lost().Kind);
    }

    [Fact]
    public void Before_READY_no_guest_is_taken_for_wide()
    {
        var h = new ControlHarness(ready: false);
        h.Send(GuestCode.StartPod, 1, 2000);
        Assert.Equal(512, h.Stream.Written.Length);
        h.Guest(GuestCode.Ready, new GuestFeatures("rxvm", 1, GuestFeature.All).ToPayload());
        h.Credit(512);
        Assert.Equal(2008, h.Stream.Written.Length);
    }

    [Fact]
    public void Commands_that_wait_together_leave_in_one_write()
    {
        var h = new ControlHarness();
        h.Send(GuestCode.StartPod, 1, 504);
        h.Send(GuestCode.Ping, 2);
        h.Send(GuestCode.Ping, 3);
        Assert.Equal(1, h.Stream.Writes);
        h.Credit(512);
        Assert.Equal(2, h.Stream.Writes);
        Assert.Equal(528, h.Stream.Written.Length);
    }

    [Fact]
    public void Only_one_write_is_under_way_at_a_time()
    {
        var h = new ControlHarness();
        h.Stream.HoldsWrites = true;
        h.Send(GuestCode.Ping, 1);
        h.Send(GuestCode.Ping, 2);
        Assert.Equal(1, h.Stream.Writes);
        h.Stream.ReleaseWrite();
        Assert.Equal(2, h.Stream.Writes);
        Assert.Equal([(GuestCode.Ping, 8), (GuestCode.Ping, 8)], ControlHarness.Frames(h.Stream.Written));
    }

    [Fact]
    public void Credit_for_a_stream_needs_no_answer_and_is_sent_also_while_a_stop_is_unanswered()
    {
        var h = new ControlHarness().Reading();
        h.Send(GuestCode.StartPod, 1);
        h.Guest(GuestCode.Ack);
        h.Send(GuestCode.StopPod, 2);
        h.Control.Grant(7, 1000);
        Assert.Equal((GuestCode.Window, 20), ControlHarness.Frames(h.Stream.Written)[^1]);
        Assert.True(ControlFrame.TryReadWindow(h.Stream.Written.AsSpan()[^12..], out var session, out var bytes));
        Assert.Equal((7ul, 1000u), (session, bytes));
        h.Messages.Clear();
        h.Guest(GuestCode.Ack);
        Assert.Equal(2, Assert.IsType<GuestAcked>(h.Single()).Token);
        Assert.Equal(0, h.Control.Unanswered);
    }

    [Fact]
    public void Credit_that_a_guest_does_not_read_is_added_up_and_does_not_gather()
    {
        var h = new ControlHarness();
        h.Send(GuestCode.StartPod, 1, 504);
        for (var i = 0; i < 10; i++)
        {
            h.Control.Grant(7, 1000);
            h.Control.Grant(8, 1 << 30);
        }

        h.Credit(512);
        Assert.Equal([(GuestCode.StartPod, 512), (GuestCode.Window, 20), (GuestCode.Window, 20)], ControlHarness.Frames(h.Stream.Written));
        Assert.True(ControlFrame.TryReadWindow(h.Stream.Written.AsSpan()[^32..^20], out var first, out var bytes));
        Assert.Equal((7ul, 10_000u), (first, bytes));
        Assert.True(ControlFrame.TryReadWindow(h.Stream.Written.AsSpan()[^12..], out var second, out bytes));
        Assert.Equal((8ul, uint.MaxValue), (second, bytes));
        Assert.False(ControlFrame.TryReadWindow(new byte[11], out _, out _));
    }

    [Theory]
    [InlineData(9, 8)]
    [InlineData(513, 512)]
    public void Credit_for_bytes_never_sent_ends_the_channel(int credit, int sent)
    {
        var h = new ControlHarness();
        h.Send(GuestCode.StartPod, 1, sent - 8);
        h.Credit(credit);
        Assert.Equal(new(GuestLossKind.Protocol, $"control channel: credit for {credit} bytes while {sent} were in flight"), h.Lost());
    }

    [Fact]
    public void Credit_of_4_GiB_ends_the_channel()
    {
        var h = new ControlHarness();
        h.Stream.Feed(ControlFrame.EncodeNext(uint.MaxValue));
        Assert.Equal(GuestLossKind.Protocol, h.Lost().Kind);
    }

    [Fact]
    public void An_adopted_guest_may_credit_one_window_of_the_earlier_host()
    {
        var h = new ControlHarness(new() { Known = GuestFeatures.None }, ready: false);
        h.Credit(300);
        h.Send(GuestCode.Ping, 1);
        h.Credit(8 + 212);
        Assert.Empty(h.Messages);
        h.Credit(1);
        Assert.Equal(GuestLossKind.Protocol, h.Lost().Kind);
    }

    [Fact]
    public void An_adopted_wide_guest_may_credit_64_KiB_of_the_earlier_host()
    {
        var h = new ControlHarness(new() { Known = new("rxvm", 1, GuestFeature.All) }, ready: false);
        h.Credit(65_536);
        Assert.Empty(h.Messages);
        h.Credit(1);
        Assert.Equal(GuestLossKind.Protocol, h.Lost().Kind);
    }

    [Fact]
    public void At_most_128_commands_wait()
    {
        var h = new ControlHarness().Reading();
        for (var i = 0; i < 128; i++)
        {
            Assert.Equal(GuestSend.Queued, h.Send(GuestCode.Ping, i));
        }

        Assert.Equal(GuestSend.QueueFull, h.Send(GuestCode.Ping, 128));
        h.Guest(GuestCode.Ack);
        Assert.Equal(GuestSend.Queued, h.Send(GuestCode.Ping, 128));
    }

    [Fact]
    public void At_most_4_MiB_wait_and_a_frame_has_at_most_1_MiB()
    {
        var h = new ControlHarness();
        Assert.Equal(GuestSend.TooLarge, h.Send(GuestCode.StartPod, 1, (1 << 20) - 7));
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(GuestSend.Queued, h.Send(GuestCode.ExecCmd, i, (1 << 20) - 8));
        }

        Assert.Equal(GuestSend.Queued, h.Send(GuestCode.ExecCmd, 5, 504));
        Assert.Equal(GuestSend.QueueFull, h.Send(GuestCode.Ping, 6));
        h.Credit(512);
        Assert.Equal(GuestSend.Queued, h.Send(GuestCode.Ping, 6));
    }

    [Fact]
    public void A_2015_guest_gets_no_frame_that_its_buffer_does_not_hold()
    {
        var h = new ControlHarness(ready: false);
        h.Guest(GuestCode.Ready);
        Assert.Equal(GuestSend.TooLarge, h.Send(GuestCode.StartPod, 1, 10240 - 7));
        Assert.Equal(GuestSend.Queued, h.Send(GuestCode.StartPod, 1, 10240 - 8));
    }

    [Fact]
    public async Task What_the_guest_said_before_it_died_is_heard_although_writing_failed_first()
    {
        var (ours, theirs) = SocketPair();
        using (theirs)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var messages = new List<GuestMessage>();
            using var control = new GuestControl(
                new NetworkStream(ours, ownsSocket: true),
                System.Reactive.Observer.Create<GuestMessage>(messages.Add, done.SetResult),
                new() { Known = new("rxvm", 1, GuestFeature.All), PodRunning = true });
            theirs.Send(ControlFrame.EncodeFinishPod([42]));

            // Closing alone leaves it open while another test's child has it, between its fork and its exec.
            theirs.Shutdown(SocketShutdown.Both);
            theirs.Close();
            Assert.Equal(GuestSend.Queued, control.Send(GuestCode.Ping, default, 1));
            control.Start();
            await done.Task.WaitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(new PodFinished(new([42])), messages[0]);
            Assert.Equal(GuestLossKind.WriteFailed, Assert.IsType<GuestLost>(messages[1]).Kind);
            Assert.Equal(2, messages.Count);
        }
    }

    /// <summary>Two ends of a unix socket, as QEMU's character devices are.</summary>
    internal static (Socket Ours, Socket Theirs) SocketPair()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        var ours = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        ours.Connect(new UnixDomainSocketEndPoint(path));
        var theirs = listener.Accept();
        File.Delete(path);
        return (ours, theirs);
    }
}
