using System.Buffers;
using System.Text;
using Rx.Vm.Journal;
using Rx.Vm.Testing;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Tests.Journal;

/// <summary>Files with sound seals whose content no writer wrote: they are somebody's input, not ours.</summary>
public class JournalForgeryTests
{
    private const string Header =
        """{"vm":"vm1","keep":"None","created":"2026-03-01T12:00:00+00:00","timeouts":{"Boot":600000000}}""";

    private const string First =
        """{"i":1,"at":0,"event":"BootRequested","token":1,"phase":"Booting","fx":1,"digest":"00000000000000ff"}""";

    [Fact]
    public void A_sound_one_is_read()
    {
        var read = Read(Header, First, """{"gap":2,"count":3}""");

        Assert.Equal(
            new JournalEntry(
                1, TimeSpan.Zero, VmEvent.Request(VmEventKind.BootRequested, 1),
                new(VmPhase.Booting, VmReason.None, VmEffects.LaunchProcess, 255)),
            Assert.Single(read.Entries));
        Assert.Equal((4, JournalEndKind.Clean), (read.Seen, read.End.Kind));
    }

    [Theory]
    [InlineData("""{"vm":"../x","keep":"None"}""")]
    [InlineData("""{"vm":"vm1","keep":"Sometimes"}""")]
    [InlineData("""{"vm":"vm1","keep":"0"}""")]
    [InlineData("""{"vm":"vm1","timeouts":{"Boot":0}}""")]
    [InlineData("""{"vm":"vm1","timeouts":{"Lunch":1}}""")]
    [InlineData("""{"vm":"vm1","timeouts":{"Boot":1e99}}""")]
    [InlineData("""{"vm":"vm1","colour":1}""")]
    [InlineData("""{"vm":null}""")]
    [InlineData("""{}""")]
    [InlineData("""[]""")]
    [InlineData("""nonsense""")]
    public void A_header_that_makes_no_sense_is_refused(string header) =>
        Assert.Equal(JournalFault.NoHeader, Assert.Throws<JournalException>(() => Read(header, First)).Fault);

    [Theory]
    [InlineData("""{"i":1,"at":0,"event":"BootRequested","phase":"Booting","digest":"0"}""")]
    [InlineData("""{"i":2,"at":-1,"event":"BootRequested","phase":"Booting","digest":"0"}""")]
    [InlineData("""{"i":2,"at":0,"event":"Rebooted","phase":"Booting","digest":"0"}""")]
    [InlineData("""{"i":2,"at":0,"event":"3","phase":"Booting","digest":"0"}""")]
    [InlineData("""{"i":2,"at":0,"event":"BootRequested","phase":"Lost","digest":"0"}""")]
    [InlineData("""{"i":2,"at":0,"event":"BootRequested","phase":"Booting","reason":"Bad","digest":"0"}""")]
    [InlineData("""{"i":2,"at":0,"event":"BootRequested","phase":"Booting","digest":"zz"}""")]
    [InlineData("""{"i":2,"at":0,"event":"BootRequested","phase":"Booting","digest":"00000000000000000"}""")]
    [InlineData("""{"i":2,"at":0,"event":"BootRequested","phase":"Booting","digest":null}""")]
    [InlineData("""{"i":2,"at":0,"event":"BootRequested","phase":"Booting","digest":"0","more":1}""")]
    [InlineData("""{"i":2,"at":0,"event":"BootRequested","phase":"Booting","codes":[[[[[]]]]]}""")]
    [InlineData("""{"i":2,"at":0,"event":"BootRequested","phase":"Booting","codes":["x"]}""")]
    [InlineData("""{"i":2,"at":0,"event":"BootRequested","phase":"Booting","text":"\ud800"}""")]
    [InlineData("""{"gap":0,"count":1}""")]
    [InlineData("""{"gap":2,"count":0}""")]
    [InlineData("""{"gap":3,"count":1}""")]
    [InlineData("""{"gap":2,"count":9223372036854775807}""")]
    [InlineData("""{"gap":2}""")]
    [InlineData("""7""")]
    public void A_record_that_makes_no_sense_ends_the_reading(string record)
    {
        var read = Read(Header, First, record.Replace("\"0\"", "\"0000000000000000\"", StringComparison.Ordinal), First);

        Assert.Single(read.Entries);
        Assert.Equal(JournalEndKind.Damaged, read.End.Kind);
    }

    [Fact]
    public void Time_does_not_go_backward()
    {
        const string Second = """{"i":2,"at":5,"event":"BootRequested","phase":"Booting","digest":"0000000000000000"}""";
        const string Third = """{"i":3,"at":4,"event":"BootRequested","phase":"Booting","digest":"0000000000000000"}""";

        Assert.Equal(2, Read(Header, First, Second, Third).Entries.Length);
    }

    [Fact]
    public void Its_words_can_not_steer_a_terminal()
    {
        const string Words = """
            {"i":1,"at":0,"event":"ProcessStartFailed","pod":"\u001b[2J","text":"\u001b]0;owned\u0007\n\u202e",
             "phase":"Gone","digest":"0000000000000000"}
            """;

        var replay = JournalReplay.Run(Read(Header, Words));
        var table = JournalTable.Of(replay);
        var test = JournalTest.Write(replay, "Forged");

        Assert.DoesNotContain(table, c => c != '\n' && (char.IsControl(c) || c == '\u202e'));
        Assert.DoesNotContain(test, c => c != '\n' && c is < ' ' or > '~');
        Assert.Contains(@"\u001b]0;owned\u0007\u000a\u202e", test, StringComparison.Ordinal);
    }

    private static JournalRecording Read(params string[] payloads)
    {
        var bytes = new ArrayBufferWriter<byte>();
        var chain = JournalFormat.Begin(bytes, Lives.Salt);
        foreach (var payload in payloads)
        {
            chain = JournalFormat.Append(bytes, Encoding.UTF8.GetBytes(payload), chain)!.Value;
        }

        return Lives.Read(bytes.WrittenSpan);
    }
}
