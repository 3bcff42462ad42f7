using System.Text;
using Rx.Vm.Images.Boot;

namespace Rx.Vm.Tests.Images.Boot;

public sealed class CpioWriterTests
{
    // What "cpio -o -H newc" writes for these entries, with inode numbers from 1 and times 0.
    private const string Golden =
        "070701" + "00000001" + "000041ed" + "00000000" + "00000000" + "00000002" + "00000000" + "00000000"
        + "00000000" + "00000000" + "00000000" + "00000000" + "00000004" + "00000000" + "dev\0" + "\0\0"
        + "070701" + "00000002" + "00002180" + "00000000" + "00000000" + "00000001" + "00000000" + "00000000"
        + "00000000" + "00000000" + "00000005" + "00000001" + "0000000c" + "00000000" + "dev/console\0" + "\0\0"
        + "070701" + "00000003" + "000081ed" + "00000000" + "00000000" + "00000001" + "00000000" + "00000005"
        + "00000000" + "00000000" + "00000000" + "00000000" + "00000005" + "00000000" + "init\0" + "\0"
        + "hello" + "\0\0\0"
        + "070701" + "00000000" + "00000000" + "00000000" + "00000000" + "00000001" + "00000000" + "00000000"
        + "00000000" + "00000000" + "00000000" + "00000000" + "0000000b" + "00000000" + "TRAILER!!!\0" + "\0\0\0";

    [Fact]
    public void The_bytes_are_those_of_the_format()
    {
        using var stream = new MemoryStream();
        var writer = new CpioWriter(stream);
        writer.AddDirectory("dev", 0x1ed);
        writer.AddCharacterDevice("dev/console", 0x180, 5, 1);
        writer.AddFile("init", 0x1ed, "hello"u8);
        writer.Finish();
        Assert.Equal(Golden, Encoding.ASCII.GetString(stream.ToArray()));
    }

    [Fact]
    public void Every_length_of_name_and_content_is_aligned()
    {
        using var stream = new MemoryStream();
        var writer = new CpioWriter(stream);
        for (var i = 1; i <= 9; i++)
        {
            writer.AddFile(new string('n', i), 0x1a4, new byte[i]);
        }

        writer.Finish();
        var entries = CpioReader.Read(stream.ToArray());
        Assert.Equal(Enumerable.Range(1, 9), entries.Select(e => e.Name.Length));
        Assert.Equal(Enumerable.Range(1, 9), entries.Select(e => e.Content.Length));
        Assert.Equal(9, entries.Select(e => e.Inode).Distinct().Count());
    }

    [Theory]
    [InlineData("/init")]
    [InlineData("a\0b")]
    public void A_name_that_would_not_come_out_as_given_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => new CpioWriter(new MemoryStream()).AddFile(name, 0, []));
}
