using System.Text;

namespace Rx.Vm.Init.Rules;

/// <summary>Compares what a disk says of itself with the serial the host gave it.</summary>
internal static class DiskSerial
{
    /// <summary>Longest serial a virtio-blk disk can carry; it cuts a longer one.</summary>
    public const int BlkBytes = 20;

    /// <summary>Longest serial that is accepted.</summary>
    public const int MaxBytes = 36;

    /// <summary>A virtio-blk <c>serial</c> attribute: the text, cut at 20 bytes.</summary>
    public static bool MatchesBlk(ReadOnlySpan<byte> attribute, string serial)
    {
        var wanted = Encoding.UTF8.GetBytes(serial).AsSpan();
        return wanted.Length > 0 && Bare(attribute).SequenceEqual(wanted.Length > BlkBytes ? wanted[..BlkBytes] : wanted);
    }

    /// <summary>A SCSI <c>vpd_pg80</c> attribute: 4-byte header (page 0x80, big-endian length), then the serial.</summary>
    public static bool MatchesVpd(ReadOnlySpan<byte> page, string serial)
    {
        if (serial.Length == 0 || page.Length < 4 || page[1] != 0x80)
        {
            return false;
        }

        var length = Math.Min((page[2] << 8) | page[3], page.Length - 4);
        return Bare(page.Slice(4, length)).SequenceEqual(Encoding.UTF8.GetBytes(serial));
    }

    private static ReadOnlySpan<byte> Bare(ReadOnlySpan<byte> text) => text.Trim("\0 \n"u8);
}
