using System.Text;

namespace Rx.Qmp.Tests;

public class CommandTests
{
    public static TheoryData<string, QmpCommand> Encoded => new()
    {
        { """{"execute":"query-status"}""", QmpCommands.QueryStatus() },
        { """{"execute":"query-name"}""", QmpCommands.QueryName() },
        { """{"execute":"query-uuid"}""", QmpCommands.QueryUuid() },
        { """{"execute":"query-block"}""", QmpCommands.QueryBlock() },
        { """{"execute":"query-pci"}""", QmpCommands.QueryPci() },
        { """{"execute":"quit"}""", QmpCommands.Quit() },
        { """{"execute":"stop"}""", QmpCommands.Stop() },
        { """{"execute":"cont"}""", QmpCommands.Cont() },
        { """{"execute":"system_powerdown"}""", QmpCommands.SystemPowerdown() },
        { """{"execute":"blockdev-del","arguments":{"node-name":"n0"}}""", QmpCommands.BlockdevDel("n0") },
        { """{"execute":"netdev_del","arguments":{"id":"net0"}}""", QmpCommands.NetdevDel("net0") },
        { """{"execute":"object-del","arguments":{"id":"ram0"}}""", QmpCommands.ObjectDel("ram0") },
        {
            """{"execute":"blockdev-add","arguments":{"driver":"raw","node-name":"n0","read-only":true,"file":"""
                + """{"driver":"file","filename":"/a,b=\"c\" ü<&>.img"}}}""",
            QmpCommands.BlockdevAddFile("n0", "raw", "/a,b=\"c\" ü<&>.img", readOnly: true)
        },
        {
            """{"execute":"device_add","arguments":{"driver":"virtio-blk-pci","id":"d0","drive":"n0"}}""",
            QmpCommands.DeviceAdd("virtio-blk-pci", "d0", writer => writer.WriteString("drive", "n0"))
        },
        { """{"execute":"netdev_add","arguments":{"type":"user","id":"net0"}}""", QmpCommands.NetdevAdd("user", "net0") },
        {
            """{"execute":"object-add","arguments":{"qom-type":"memory-backend-ram","id":"ram0","size":18446744073709551615}}""",
            QmpCommands.ObjectAdd("memory-backend-ram", "ram0", writer => writer.WriteNumber("size", ulong.MaxValue))
        },
        {
            """{"execute":"chardev-add","arguments":{"id":"c0","backend":{"type":"ringbuf","data":{"size":64}}}}""",
            QmpCommands.ChardevAdd("c0", "ringbuf", writer => writer.WriteNumber("size", 64))
        },
    };

    [Theory]
    [MemberData(nameof(Encoded))]
    public void Commands_are_compact_json(string expected, QmpCommand command) =>
        Assert.Equal(expected, "{\"execute\"" + Encoding.UTF8.GetString(command.Body.Span) + "}");

    [Fact]
    public void Query_status_with_its_id_is_33_bytes() =>
        Assert.Equal(33, "{\"execute\"".Length + QmpCommands.QueryStatus().Body.Length + ",\"id\":0}".Length);

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
        Assert.Equal("object-add", QmpCommands.ObjectAdd("secret", "s0", writer => writer.WriteString("data", "hunter2")).ToString());
}
