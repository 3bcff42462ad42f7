using Rx.Vm.Guest;
using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Tests.Guest;

/// <summary>The end of a process as a message of its own: on the wire, on the control channel, and at the streams it belongs to.</summary>
public class ProcessEndTests
{
    private static readonly ProcessEnd Killed = new(7, 137, 9, ProcessEndFlags.OutOfMemory, 1234);

    [Fact]
    public void Its_bytes_are_session_code_signal_flags_and_milliseconds()
    {
        var bytes = new ProcessEnd(0x0102030405060708, 137, 9, ProcessEndFlags.All, 0x1122).Encode();

        Assert.Equal("0102030405060708" + "00000089" + "00000009" + "00000003" + "0000000000001122", Convert.ToHexString(bytes));
        Assert.Null(ProcessEnd.Read(bytes, out var end));
        Assert.Equal(new(0x0102030405060708, 137, 9, ProcessEndFlags.All, 0x1122), end);
    }

    [Theory]
    [InlineData("0000000000000007" + "00000100" + "00000000" + "00000000" + "0000000000000000", "PROCESSEND with the exit code 256")]
    [InlineData("0000000000000007" + "FFFFFFFF" + "00000000" + "00000000" + "0000000000000000", "PROCESSEND with the exit code -1")]
    [InlineData("0000000000000007" + "00000000" + "00000041" + "00000000" + "0000000000000000", "PROCESSEND with the signal 65")]
    [InlineData("0000000000000007" + "00000000" + "00000000" + "00000000" + "FFFFFFFFFFFFFFFF", "PROCESSEND with a life of -1 milliseconds")]
    [InlineData("0000000000000007" + "00000000" + "00000000" + "00000000" + "7FFFFFFFFFFFFFFF", "PROCESSEND with a life of 9223372036854775807 milliseconds")]
    [InlineData("0000000000000007", "PROCESSEND with 8 bytes instead of 28")]
    public void One_that_cannot_be_ends_the_channel_and_the_reason_names_the_field(string hex, string reason)
    {
        var h = new ControlHarness();
        h.Guest(GuestCode.ProcessEnd, Convert.FromHexString(hex));
        Assert.Equal(new(GuestLossKind.Protocol, $"control channel: {reason}"), h.Lost());
    }

    [Fact]
    public void Flags_that_nobody_knows_are_left_out()
    {
        Assert.Null(ProcessEnd.Read((Killed with { Flags = (ProcessEndFlags)0xff }).Encode(), out var end));
        Assert.Equal(ProcessEndFlags.All, end.Flags);
    }

    [Fact]
    public void It_is_told_once_for_each_and_is_a_stray_from_a_guest_that_did_not_announce_it()
    {
        var h = new ControlHarness();
        h.Guest(GuestCode.ProcessEnd, Killed.Encode());
        Assert.Equal(new GuestProcessEnded(Killed), h.Single());

        var old = new ControlHarness(features: GuestFeature.All & ~GuestFeature.Ends);
        old.Guest(GuestCode.ProcessEnd, Killed.Encode());
        Assert.Empty(old.Messages);
        Assert.Equal(1, old.Control.StrayFrames);
    }

    [Fact]
    public void An_end_waits_for_no_output_and_output_for_no_end()
    {
        var mux = new MuxHarness();
        var first = mux.Mux.Open(new() { ExpectEnd = true });
        var second = mux.Mux.Open(new() { ExpectEnd = true });

        mux.Mux.Tell(Killed with { Session = first.Session });
        Assert.Equal(137, Now(first.ProcessEnd)!.Value.Code);
        Assert.True(first.HasExited);
        Assert.False(first.End.IsCompleted);

        mux.Stream.Feed(TtyFrame.Encode(second.Session));
        Assert.Equal(StreamEndKind.Ended, Now(second.End).Kind);
        Assert.False(second.ProcessEnd.IsCompleted);
        mux.Mux.Tell(Killed with { Session = second.Session, Code = 3 });
        Assert.Equal(3, Now(second.ProcessEnd)!.Value.Code);
    }

    [Fact]
    public void A_second_end_of_a_process_and_the_end_of_a_stranger_change_nothing()
    {
        var mux = new MuxHarness();
        var stream = mux.Mux.Open(new() { ExpectEnd = true });

        mux.Mux.Tell(Killed with { Session = 99 });
        Assert.False(stream.HasExited);
        mux.Mux.Tell(Killed with { Session = stream.Session, Code = 1 });
        mux.Mux.Tell(Killed with { Session = stream.Session, Code = 2 });

        Assert.Equal(1, Now(stream.ProcessEnd)!.Value.Code);
        Assert.Equal(2, mux.Mux.UnknownFrames);
    }

    [Fact]
    public void An_end_that_nobody_will_tell_any_more_is_null()
    {
        var mux = new MuxHarness();
        var forgotten = mux.Mux.Open(new() { ExpectEnd = true });
        var open = mux.Mux.Open(new() { ExpectEnd = true });
        mux.Mux.Forget(forgotten);
        Assert.Null(Now(forgotten.ProcessEnd));

        mux.Stream.End();

        Assert.Null(Now(open.ProcessEnd));
        Assert.Null(Now(mux.Mux.Open(new() { ExpectEnd = true }).ProcessEnd));
    }

    private static T Now<T>(Task<T> task)
    {
        Assert.True(task.IsCompleted, "the task has not completed");
        return task.GetAwaiter().GetResult();
    }
}
