using System.Net.Sockets;
using Rx.Vm.Guest;
using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Tests.Guest;

/// <summary>Output, ends, input and loss of the tty channel.</summary>
public class TtyMuxTests
{
    [Fact]
    public void Output_goes_to_its_session_and_the_empty_frame_ends_it()
    {
        var h = new MuxHarness();
        var a = h.Mux.Open();
        var b = h.Mux.Open();
        Assert.Equal((1ul, 2ul, 3ul), (a.Session, b.Session, h.Mux.NextSession));
        h.Guest(1, "to a");
        h.Guest(2, "to b");
        h.Guest(1, ", more");
        Assert.Equal("to a, more", MuxHarness.Text(a.Output));
        Assert.Equal("to b", MuxHarness.Text(b.Output));
        Assert.False(a.End.IsCompleted);
        h.Guest(1);
        Assert.Equal(new(StreamEndKind.Ended, null), MuxHarness.EndOf(a));
        Assert.True(MuxHarness.IsOver(a.Output));
        Assert.False(MuxHarness.IsOver(b.Output));
    }

    [Fact]
    public void Frames_of_unknown_sessions_and_behind_an_end_are_dropped_and_counted()
    {
        var h = new MuxHarness();
        var a = h.Mux.Open();
        h.Guest(99, "x");
        h.Guest(1);
        h.Guest(1, "late");
        h.Guest(1);
        Assert.Equal(3, h.Mux.UnknownFrames);
        Assert.Equal("", MuxHarness.Text(a.Output));
        Assert.Equal(new(StreamEndKind.Ended, null), MuxHarness.EndOf(a));
    }

    [Fact]
    public void An_exec_ends_with_the_code_of_its_exit_frame()
    {
        var h = new MuxHarness();
        var exec = h.Mux.Open(new() { ExpectExit = true });
        h.Guest(1, [0, 0, 0, 9]);
        h.Guest(1);
        Assert.Equal([0, 0, 0, 9], MuxHarness.Drain(exec.Output));
        Assert.True(MuxHarness.IsOver(exec.Output));
        Assert.False(exec.End.IsCompleted);
        h.Guest(1);
        Assert.False(exec.End.IsCompleted);
        h.Stream.Feed(TtyFrame.EncodeExit(1, 137));
        Assert.Equal(new(StreamEndKind.Ended, 137), MuxHarness.EndOf(exec));
        Assert.Equal(0, h.Mux.UnknownFrames);
        h.Stream.Feed(TtyFrame.EncodeExit(1, 0));
        Assert.Equal(new(StreamEndKind.Ended, 137), MuxHarness.EndOf(exec));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public void An_exit_frame_that_is_not_4_bytes_ends_the_channel(int length)
    {
        var h = new MuxHarness();
        var exec = h.Mux.Open(new() { ExpectExit = true });
        var other = h.Mux.Open();
        h.Guest(1);
        h.Guest(1, new byte[length]);
        Assert.Equal(new(StreamEndKind.Lost, null), MuxHarness.EndOf(exec));
        Assert.Equal(new(StreamEndKind.Lost, null), MuxHarness.EndOf(other));
        Assert.Equal(
            new(GuestLossKind.Protocol, $"tty channel: an exit frame of {length} bytes for session 1"), MuxHarness.Now(h.Mux.Completion));
    }

    [Fact]
    public void The_end_of_the_channel_ends_every_stream_as_lost_once_behind_its_bytes()
    {
        var h = new MuxHarness();
        var a = h.Mux.Open();
        var b = h.Mux.Open(new() { ExpectExit = true });
        var done = h.Mux.Open();
        h.Guest(3);
        h.Guest(1, "last words");
        h.Guest(2);
        h.Stream.Feed(TtyFrame.Encode(1, "cut"u8)[..13]);
        h.Stream.End();
        Assert.Equal(new(StreamEndKind.Lost, null), MuxHarness.EndOf(a));
        Assert.Equal(new(StreamEndKind.Lost, null), MuxHarness.EndOf(b));
        Assert.Equal(new(StreamEndKind.Ended, null), MuxHarness.EndOf(done));
        Assert.Equal("last words", MuxHarness.Text(a.Output));
        Assert.Equal(new(GuestLossKind.Closed, "the tty channel was closed 13 bytes into a frame"), MuxHarness.Now(h.Mux.Completion));
        var late = h.Mux.Open();
        Assert.Equal(new(StreamEndKind.Lost, null), MuxHarness.EndOf(late));
        Assert.True(MuxHarness.IsOver(late.Output));
    }

    [Fact]
    public void A_wrong_length_a_failed_read_and_disposal_end_the_channel_each_with_its_reason()
    {
        var h = new MuxHarness();
        var a = h.Mux.Open();
        h.Stream.Feed([0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 11]);
        Assert.Equal(StreamEndKind.Lost, MuxHarness.EndOf(a).Kind);
        Assert.Equal(
            new(GuestLossKind.Protocol, "tty channel: frame length 11 is below its header's 12 bytes"), MuxHarness.Now(h.Mux.Completion));

        h = new();
        h.Stream.Fail(new IOException("reset"));
        Assert.Equal(new(GuestLossKind.ReadFailed, "reading the tty channel failed: reset"), MuxHarness.Now(h.Mux.Completion));

        h = new();
        a = h.Mux.Open();
        h.Mux.Dispose();
        h.Mux.Dispose();
        Assert.Equal(StreamEndKind.Lost, MuxHarness.EndOf(a).Kind);
        Assert.Equal(GuestLossKind.Disposed, MuxHarness.Now(h.Mux.Completion).Kind);
        Assert.True(h.Stream.IsDisposed);
    }

    [Fact]
    public void Disposal_before_the_start_ends_the_streams_too()
    {
        var stream = new ScriptedStream();
        var mux = new TtyMux(stream, new() { IsInline = true });
        var a = mux.Open();
        mux.Dispose();
        mux.Start();
        Assert.Equal(StreamEndKind.Lost, MuxHarness.EndOf(a).Kind);
        Assert.Equal(GuestLossKind.Disposed, MuxHarness.Now(mux.Completion).Kind);
        Assert.Equal(0, stream.BytesRead);
    }

    [Fact]
    public void A_stream_of_an_earlier_host_is_reopened_and_its_id_not_given_out_again()
    {
        var h = new MuxHarness(new() { FirstSession = 5 });
        var old = h.Mux.Reopen(3);
        var older = h.Mux.Reopen(9);
        var fresh = h.Mux.Open();
        Assert.Equal((3ul, 9ul, 10ul), (old.Session, older.Session, fresh.Session));
        Assert.Throws<ArgumentException>(() => h.Mux.Reopen(10));
        h.Guest(3, "still here");
        Assert.Equal("still here", MuxHarness.Text(old.Output));
    }

    [Fact]
    public void Input_waits_for_the_acknowledgement_and_keeps_its_order()
    {
        var h = new MuxHarness();
        var a = h.Mux.Open();
        var first = a.WriteInputAsync("one "u8.ToArray(), TestContext.Current.CancellationToken);
        var second = a.WriteInputAsync("two"u8.ToArray(), TestContext.Current.CancellationToken);
        var close = a.CloseInputAsync(TestContext.Current.CancellationToken);
        Assert.Empty(h.Stream.Written);
        Assert.False(first.IsCompleted);
        a.StartInput();
        a.StartInput();
        Assert.True(MuxHarness.Now(first));
        Assert.True(MuxHarness.Now(second));
        Assert.True(MuxHarness.Now(close));
        Assert.Equal(["one ", "two", ""], h.Sent().ConvertAll(f => System.Text.Encoding.UTF8.GetString(f.Payload)));
        Assert.All(h.Sent(), f => Assert.Equal(1ul, f.Session));
        Assert.False(Write(a, "three"));
        Assert.False(MuxHarness.Now(a.CloseInputAsync(TestContext.Current.CancellationToken)));
        Assert.Equal(3, h.Sent().Count);
    }

    [Fact]
    public void Input_is_cut_into_frames_the_guest_takes()
    {
        var h = new MuxHarness();
        var a = Started(h);
        var bytes = Seeds.Bytes(10_000);
        Assert.True(MuxHarness.Now(a.WriteInputAsync(bytes, TestContext.Current.CancellationToken)));
        Assert.Equal([4084, 4084, 1832], h.Sent().Select(f => f.Payload.Length));
        Assert.Equal(bytes, h.Sent().SelectMany(f => f.Payload));
        h.Stream.ForgetWritten();
        Assert.True(MuxHarness.Now(a.WriteInputAsync(ReadOnlyMemory<byte>.Empty, TestContext.Current.CancellationToken)));
        Assert.Empty(h.Sent());

        var wide = h.Mux.Open(GuestStreamOptions.For(new("rxvm", 1, GuestFeature.All)));
        wide.StartInput();
        bytes = Seeds.Bytes(70_000);
        Assert.True(MuxHarness.Now(wide.WriteInputAsync(bytes, TestContext.Current.CancellationToken)));
        Assert.Equal([65_524, 4476], h.Sent().Select(f => f.Payload.Length));
        Assert.Equal(bytes, h.Sent().SelectMany(f => f.Payload));
        h.Stream.ForgetWritten();

        var old = h.Mux.Open(GuestStreamOptions.For(GuestFeatures.None));
        old.StartInput();
        Assert.True(MuxHarness.Now(old.WriteInputAsync(new byte[70], TestContext.Current.CancellationToken)));
        Assert.Equal([32, 32, 6], h.Sent().Select(f => f.Payload.Length));
        h.Stream.ForgetWritten();
        Assert.False(MuxHarness.Now(old.CloseInputAsync(TestContext.Current.CancellationToken)));
        Assert.Empty(h.Sent());
    }

    [Fact]
    public void Stream_options_follow_the_features()
    {
        var all = new GuestFeatures("rxvm", 1, GuestFeature.All);
        Assert.Equal(new() { ExpectEnd = true, InputChunk = 65_524 }, GuestStreamOptions.For(all, isExec: true, isMain: true));
        var older = all with { Flags = GuestFeature.All & ~GuestFeature.Ends };
        Assert.Equal(new() { ExpectExit = true, InputChunk = 65_524 }, GuestStreamOptions.For(older, isExec: true, isMain: true));
        Assert.Equal(new() { InputChunk = 65_524 }, GuestStreamOptions.For(all));
        Assert.Equal(new(), GuestStreamOptions.For(all with { Flags = GuestFeature.All & ~GuestFeature.Wide }));
        Assert.Equal(new() { CanCloseInput = false, InputChunk = 32, HasWindow = false }, GuestStreamOptions.For(GuestFeatures.None, isExec: true));
    }

    [Fact]
    public void Input_of_two_streams_is_never_mixed_within_a_frame()
    {
        var h = new MuxHarness();
        var a = Started(h);
        var b = Started(h);
        h.Stream.HoldsWrites = true;
        var fromA = a.WriteInputAsync(Enumerable.Repeat((byte)'a', 9000).ToArray(), TestContext.Current.CancellationToken);
        var fromB = b.WriteInputAsync(Enumerable.Repeat((byte)'b', 9000).ToArray(), TestContext.Current.CancellationToken);
        Assert.Equal(1, h.Stream.Writes);
        h.Stream.ReleaseWrite();
        Assert.True(MuxHarness.Now(fromA));
        Assert.True(MuxHarness.Now(fromB));
        Assert.All(h.Sent(), f => Assert.All(f.Payload, x => Assert.Equal(f.Session == 1 ? (byte)'a' : (byte)'b', x)));
        Assert.Equal(18_000, h.Sent().Sum(f => f.Payload.Length));
    }

    [Fact]
    public void Input_that_waits_is_answered_when_the_stream_ends_and_refused_afterwards()
    {
        var h = new MuxHarness();
        var a = h.Mux.Open();
        var waiting = a.WriteInputAsync("x"u8.ToArray(), TestContext.Current.CancellationToken);
        h.Guest(1);
        Assert.False(MuxHarness.Now(waiting));
        Assert.False(Write(a, "y"));
        Assert.False(MuxHarness.Now(a.CloseInputAsync(TestContext.Current.CancellationToken)));
        Assert.Empty(h.Stream.Written);
    }

    [Fact]
    public void Cancelled_input_leaves_the_line_and_the_channel_in_order()
    {
        var h = new MuxHarness();
        var a = h.Mux.Open();
        using var cancel = new CancellationTokenSource();
        var first = a.WriteInputAsync("one"u8.ToArray(), cancel.Token);
        var close = a.CloseInputAsync(cancel.Token);
        cancel.Cancel();
        Assert.True(first.IsCanceled);
        Assert.True(close.IsCanceled);
        a.StartInput();
        Assert.True(Write(a, "two"));
        Assert.True(MuxHarness.Now(a.CloseInputAsync(TestContext.Current.CancellationToken)));
        Assert.Equal(["two", ""], h.Sent().ConvertAll(f => System.Text.Encoding.UTF8.GetString(f.Payload)));
    }

    [Fact]
    public void A_frame_under_way_is_not_cancelled_and_the_rest_of_the_input_is()
    {
        var h = new MuxHarness();
        var a = Started(h);
        using var cancel = new CancellationTokenSource();
        h.Stream.HoldsWrites = true;
        var write = a.WriteInputAsync(new byte[9000], cancel.Token);
        cancel.Cancel();
        Assert.False(write.IsCompleted);
        h.Stream.ReleaseWrite();
        Assert.True(write.IsCanceled);
        Assert.Equal([4084], h.Sent().Select(f => f.Payload.Length));
        Assert.True(Write(a, "next"));
    }

    [Fact]
    public void A_failed_write_ends_the_channel_once()
    {
        var h = new MuxHarness();
        var a = Started(h);
        h.Stream.WriteFault = new IOException("broken pipe");
        Assert.False(Write(a, "x"));
        Assert.Equal(StreamEndKind.Lost, MuxHarness.EndOf(a).Kind);
        Assert.Equal(new(GuestLossKind.WriteFailed, "writing the tty channel failed: broken pipe"), MuxHarness.Now(h.Mux.Completion));
    }

    [Fact]
    public async Task Output_received_before_the_guest_died_is_delivered_although_writing_failed_first()
    {
        var (ours, theirs) = FlowControlTests.SocketPair();
        using var mux = new TtyMux(new NetworkStream(ours, ownsSocket: true));
        var exec = mux.Open(new() { ExpectExit = true });
        exec.StartInput();
        theirs.Send([.. TtyFrame.Encode(1, "bye"u8), .. TtyFrame.Encode(1), .. TtyFrame.EncodeExit(1, 3)]);

        // Closing alone leaves it open while another test's child has it, between its fork and its exec.
        theirs.Shutdown(System.Net.Sockets.SocketShutdown.Both);
        theirs.Dispose();
        Assert.False(await exec.WriteInputAsync("x"u8.ToArray(), TestContext.Current.CancellationToken));
        mux.Start();
        Assert.Equal(new(StreamEndKind.Ended, 3), await exec.End.WaitAsync(TestContext.Current.CancellationToken));
        Assert.Equal(GuestLossKind.WriteFailed, (await mux.Completion.WaitAsync(TestContext.Current.CancellationToken)).Kind);
        Assert.Equal("bye", MuxHarness.Text(exec.Output));
    }

    [Fact]
    public void A_guest_may_answer_input_from_within_the_write()
    {
        var h = new MuxHarness();
        var a = Started(h);
        h.Stream.OnWrite = frame => h.Guest(1, frame.AsSpan(TtyFrame.HeaderSize));
        Assert.True(Write(a, "echo"));
        Assert.Equal("echo", MuxHarness.Text(a.Output));
    }

    private static GuestStream Started(MuxHarness h)
    {
        var stream = h.Mux.Open();
        stream.StartInput();
        return stream;
    }

    private static bool Write(GuestStream stream, string text)
    {
        var write = stream.WriteInputAsync(System.Text.Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken);
        return MuxHarness.Now(write);
    }
}
