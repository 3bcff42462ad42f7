using System.Text.Json.Nodes;
using Rx.Vm.Qemu;

namespace Rx.Vm.Tests.Qemu;

public sealed class DiskHotplugTests
{
    [Fact]
    public void Disk_Add_is_backend_then_device_and_each_can_be_taken_back()
    {
        var steps = DiskHotplug.Add(3, "/i/a.img", "rx-web", readOnly: true);

        Assert.Equal(["blockdev-add", "device_add"], steps.Select(s => s.Execute));
        Assert.Equal(
            """{"driver":"raw","node-name":"b3","read-only":true,"file":{"driver":"file","filename":"/i/a.img"}}""", steps[0].Arguments);
        Assert.Equal(
            """{"driver":"virtio-blk-pci","id":"d3","bus":"h","addr":"4","drive":"b3","serial":"rx-web","disable-legacy":"on"}""",
            steps[1].Arguments);
        Assert.Equal(("blockdev-del", """{"node-name":"b3"}"""), (steps[0].Undo!.Execute, steps[0].Undo!.Arguments));
        Assert.Equal(("device_del", "d3"), (steps[1].Undo!.Execute, steps[1].Undo!.AwaitDeleted));
        Assert.All(steps, s => Assert.Null(s.AwaitDeleted));
    }

    [Fact]
    public void Disk_Remove_waits_for_the_guest_before_the_image_is_closed()
    {
        var steps = DiskHotplug.Remove(15);

        Assert.Equal(["device_del", "blockdev-del"], steps.Select(s => s.Execute));
        Assert.Equal("d15", steps[0].AwaitDeleted);
        Assert.Equal("""{"node-name":"b15"}""", steps[1].Arguments);
    }

    [Theory]
    [InlineData("/v/vol,readonly=on")]
    [InlineData("/v/json:{\"driver\":\"null-co\"}")]
    [InlineData("/v/nbd://host:1/%2e%2e \u202e\"")]
    public void Disk_Hostile_paths_are_only_a_filename(string path)
    {
        var block = JsonNode.Parse(DiskHotplug.Add(0, path, "s", readOnly: false)[0].Arguments)!;

        Assert.Equal(path, block["file"]!["filename"]!.GetValue<string>());
        Assert.Equal("file", block["file"]!["driver"]!.GetValue<string>());
        Assert.False(block["read-only"]!.GetValue<bool>());
        Assert.Equal(2, block["file"]!.AsObject().Count);
    }

    [Fact]
    public void Disk_A_block_device_is_one_only_when_said_so()
    {
        Assert.Contains("\"driver\":\"file\"", DiskHotplug.Add(0, "/dev/sda", "s", readOnly: true)[0].Arguments, StringComparison.Ordinal);
        Assert.Contains("\"driver\":\"host_device\"",
            DiskHotplug.Add(0, "/dev/x", "s", readOnly: true, blockDevice: true)[0].Arguments, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, "/a", "s")]
    [InlineData(16, "/a", "s")]
    [InlineData(0, "a", "s")]
    [InlineData(0, "/a\0", "s")]
    [InlineData(0, "/a", "")]
    [InlineData(0, "/a", "s s")]
    [InlineData(0, "/a", "sä")]
    [InlineData(0, "/a", "012345678901234567890")]
    public void Disk_Bad_arguments_are_refused(int slot, string path, string serial) =>
        Assert.ThrowsAny<ArgumentException>(() => DiskHotplug.Add(slot, path, serial, readOnly: true));

    [Fact]
    public void Nic_Add_and_Remove_keep_the_same_order()
    {
        var backend = new JsonObject { ["type"] = "user" };
        var add = NicHotplug.Add(0, "52:54:00:aA:09:ff", backend);

        Assert.Equal("""{"type":"user","id":"w0"}""", add[0].Arguments);
        Assert.Equal(
            """{"driver":"virtio-net-pci","id":"e0","bus":"h","addr":"11","netdev":"w0","mac":"52:54:00:aA:09:ff","""
                + "\"disable-legacy\":\"on\",\"romfile\":\"\"}",
            add[1].Arguments);
        Assert.Equal(["device_del", "netdev_del"], NicHotplug.Remove(0).Select(s => s.Execute));
        Assert.False(backend.ContainsKey("id"));
    }

    [Theory]
    [InlineData("52:54:00:aa:09")]
    [InlineData("52-54-00-aa-09-ff")]
    [InlineData("52:54:00:aa:09:fg")]
    [InlineData("52:54:00:aa:09:f:")]
    public void Nic_Bad_addresses_are_refused(string mac) => Assert.Throws<ArgumentException>(() => NicHotplug.Add(0, mac, []));
}
