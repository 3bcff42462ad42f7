using System.Text;
using System.Text.RegularExpressions;
using Rx.Vm.Qemu;

namespace Rx.Vm.Tests.Qemu.Leftovers;

public sealed class DirectoryRecordTests
{
    private static readonly DirectoryRecord Whole = DirectoryRecord.Of("vm-1", WhenProcessDies.Keep, new(1, 2, 3, "boot-a")) with
    {
        Machine = new(4, ulong.MaxValue, 6, "boot-b"),
        Hardware = true,
    };

    [Fact]
    public void A_record_comes_back_as_it_was_written()
    {
        Assert.Equal(Whole, DirectoryRecord.Parse(Whole.ToBytes(), "vm-1", out var problem));
        Assert.Equal("", problem);
        var early = DirectoryRecord.Of("vm-1", WhenProcessDies.Kill, new(1, 2, 3, "boot-a"));
        Assert.Equal(early, DirectoryRecord.Parse(early.ToBytes(), "vm-1", out _));
        Assert.False(early.IsKept);
    }

    [Fact]
    public void A_record_of_the_version_before_the_seal_is_still_read_so_that_what_it_speaks_of_can_be_cleaned_away()
    {
        const string old = """{"version":1,"id":"vm-1","whenHostDies":"kill","host":HOST,"machine":null,"hardware":false}""";
        var bytes = Encoding.UTF8.GetBytes(old.Replace("HOST", HostOf(Whole), StringComparison.Ordinal));

        Assert.Equal("vm-1", DirectoryRecord.Parse(bytes, "vm-1", out var problem)?.Id);
        Assert.Equal("", problem);
    }

    [Fact]
    public void A_record_cut_anywhere_is_told_as_torn()
    {
        var bytes = Whole.ToBytes();
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Null(DirectoryRecord.Parse(bytes.AsSpan(0, length), "vm-1", out var problem));
            Assert.NotEqual("", problem);
        }
    }

    [Fact]
    public void A_record_with_any_bit_changed_is_refused()
    {
        var bytes = Whole.ToBytes();
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(DirectoryRecord.Parse(bytes, "vm-1", out var problem));
            Assert.NotEqual("", problem);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("""{"version":3,"id":"vm-1","whenHostDies":"kill","host":HOST,"machine":null,"hardware":false,"seal":""}""")]
    [InlineData("""{"version":2,"id":"vm-2","whenHostDies":"kill","host":HOST,"machine":null,"hardware":false,"seal":""}""")]
    [InlineData("""{"version":2,"id":"vm-1","whenHostDies":"stay","host":HOST,"machine":null,"hardware":false,"seal":""}""")]
    [InlineData("""{"version":2,"id":"vm-1","whenHostDies":"kill","host":null,"machine":null,"hardware":false,"seal":""}""")]
    [InlineData("""{"version":2,"id":"vm-1","whenHostDies":"kill","machine":null,"hardware":false,"seal":""}""")]
    [InlineData("""{"version":2,"id":"vm-1","whenHostDies":"kill","host":HOST(0),"machine":null,"hardware":false,"seal":""}""")]
    [InlineData("""{"version":2,"id":"vm-1","whenHostDies":"kill","host":HOST(-1),"machine":null,"hardware":false,"seal":""}""")]
    [InlineData("""{"version":2,"id":"vm-1","whenHostDies":"kill","host":HOST(1e99),"machine":null,"hardware":false,"seal":""}""")]
    [InlineData("""{"version":2,"id":"vm-1","whenHostDies":"kill","host":HOST,"machine":{"pid":1},"hardware":false,"seal":""}""")]
    [InlineData("""{"version":2,"id":"vm-1","whenHostDies":"kill","host":HOST,"host":HOST,"machine":null,"hardware":false,"seal":""}""")]
    public void A_foreign_record_is_refused_with_a_word(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(Regex.Replace(text, @"HOST(?:\((.*?)\))?", host =>
        {
            var pid = host.Groups[1].Success ? host.Groups[1].Value : "1";
            return $$"""{"pid":{{pid}},"pidfsInode":2,"startTicks":3,"bootId":"b"}""";
        }));

        Assert.Null(DirectoryRecord.Parse(bytes, "vm-1", out var problem));
        Assert.NotEqual("", problem);

        // All but the seal was looked at before.
        Assert.NotEqual("it is damaged", problem);
    }

    [Fact]
    public void A_record_whose_numbers_were_changed_is_told_as_damaged()
    {
        var text = Encoding.UTF8.GetString(Whole.ToBytes());
        var other = text.Replace("\"pid\":4", "\"pid\":5", StringComparison.Ordinal);
        Assert.NotEqual(text, other);

        Assert.Null(DirectoryRecord.Parse(Encoding.UTF8.GetBytes(other), "vm-1", out var problem));
        Assert.Equal("it is damaged", problem);
    }

    private static string HostOf(DirectoryRecord record)
    {
        using var json = System.Text.Json.JsonDocument.Parse(record.ToBytes());
        return json.RootElement.GetProperty("host").GetRawText();
    }
}
