using System.Text;
using Rx.Qmp.Protocol;

namespace Rx.Qmp.Tests;

public class CommandTests
{
    public static TheoryData<string, QmpCommand> Encoded => new()
    {
        { """{"execute":"query-status"}""", new QueryStatus().Encode() },
        { """{"execute":"quit"}""", new Quit().Encode() },
        { """{"execute":"blockdev-del","arguments":{"node-name":"n0"}}""", new BlockdevDel { NodeName = "n0" }.Encode() },
        {
            """{"execute":"blockdev-add","arguments":{"driver":"raw","node-name":"n0","read-only":true,"file":"""
                + """{"driver":"file","filename":"/a,b=\"c\" ü<&>.img"}}}""",
            TestCommands.AddImage("n0", "/a,b=\"c\" ü<&>.img", readOnly: true)
        },
        {
            """{"execute":"device_add","arguments":{"driver":"virtio-blk-pci","id":"d0","drive":"n0"}}""",
            TestCommands.AddDevice("virtio-blk-pci", "d0", ("drive", "n0"))
        },
        {
            """{"execute":"object-add","arguments":{"size":18446744073709551615}}""",
            QmpCommand.Create("object-add", writer => writer.WriteNumber("size", ulong.MaxValue))
        },
    };

    [Theory]
    [MemberData(nameof(Encoded))]
    public void Commands_are_compact_json(string expected, QmpCommand command) =>
        Assert.Equal(expected, "{\"execute\"" + Encoding.UTF8.GetString(command.Body.Span) + "}");

    [Fact]
    public void Query_status_with_its_id_is_33_bytes() =>
        Assert.Equal(33, "{\"execute\"".Length + new QueryStatus().Encode().Body.Length + ",\"id\":0}".Length);

    [Fact]
    public void A_time_limit_makes_a_new_command()
    {
        var command = QmpCommand.Create("query-a");
        var limited = command.WithTimeout(TimeSpan.FromSeconds(3));
        Assert.Null(command.Timeout);
        Assert.Equal(TimeSpan.FromSeconds(3), limited.Timeout);
        Assert.Equal(command.Body, limited.Body);
        Assert.Throws<ArgumentOutOfRangeException>(() => command.WithTimeout(TimeSpan.Zero));
    }

    [Theory]
    [InlineData("")]
    [InlineData("query status")]
    [InlineData("a\"b")]
    [InlineData("é")]
    public void What_is_no_command_name_is_refused(string name) => Assert.Throws<ArgumentException>(() => QmpCommand.Create(name));

    [Fact]
    public void Arguments_must_be_an_object() =>
        Assert.Throws<InvalidOperationException>(() => QmpCommand.Create("a", writer => writer.WriteNumberValue(1)));

    [Fact]
    public void A_command_shows_its_name_but_not_its_arguments() =>
        Assert.Equal("object-add", QmpCommand.Create("object-add", writer => writer.WriteString("data", "hunter2")).ToString());
}
