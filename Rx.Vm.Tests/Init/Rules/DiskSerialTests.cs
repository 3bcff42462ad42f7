using Rx.Vm.Init.Rules;

namespace Rx.Vm.Tests.Init.Rules;

public class DiskSerialTests
{
    [Fact]
    public void A_virtio_serial_is_compared_whole()
    {
        Assert.True(DiskSerial.MatchesBlk("rx-web"u8, "rx-web"));
        Assert.True(DiskSerial.MatchesBlk("rx-web\n\0\0"u8, "rx-web"));
        Assert.False(DiskSerial.MatchesBlk("rx-web2"u8, "rx-web"));
        Assert.False(DiskSerial.MatchesBlk("rx-we"u8, "rx-web"));
        Assert.False(DiskSerial.MatchesBlk("RX-WEB"u8, "rx-web"));
    }

    [Fact]
    public void A_virtio_disk_cuts_a_long_serial()
    {
        Assert.True(DiskSerial.MatchesBlk("12345678901234567890"u8, "12345678901234567890-and-more"));
        Assert.False(DiskSerial.MatchesBlk("1234567890123456789"u8, "12345678901234567890-and-more"));
    }

    [Fact]
    public void A_disk_without_serial_is_never_meant()
    {
        Assert.False(DiskSerial.MatchesBlk([], ""));
        Assert.False(DiskSerial.MatchesBlk("\n"u8, ""));
        Assert.False(DiskSerial.MatchesVpd([0, 0x80, 0, 0], ""));
    }

    [Fact]
    public void A_scsi_page_is_unwrapped()
    {
        Assert.True(DiskSerial.MatchesVpd([0, 0x80, 0, 6, .. "rx-web"u8], "rx-web"));
        Assert.True(DiskSerial.MatchesVpd([0, 0x80, 0, 8, .. "rx-web  "u8], "rx-web"));
        Assert.True(DiskSerial.MatchesVpd([0, 0x80, 0, 6, .. "rx-webJUNK"u8], "rx-web"));
    }

    [Fact]
    public void A_broken_scsi_page_matches_nothing()
    {
        Assert.False(DiskSerial.MatchesVpd([], "x"));
        Assert.False(DiskSerial.MatchesVpd([0, 0x80, 0], "x"));
        Assert.False(DiskSerial.MatchesVpd([0, 0x83, 0, 1, (byte)'x'], "x"));
        Assert.False(DiskSerial.MatchesVpd([0, 0x80, 0, 0, (byte)'x'], "x"));
        Assert.True(DiskSerial.MatchesVpd([0, 0x80, 0xff, 0xff, (byte)'x'], "x"));
    }
}
