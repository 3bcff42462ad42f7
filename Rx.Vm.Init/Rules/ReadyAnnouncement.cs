namespace Rx.Vm.Init.Rules;

/// <summary>
/// The READY payload, written out. Serialising it would be the only use of JSON before READY, and the first use of it reads
/// /dev/urandom for hash seeds, which on a young kernel without entropy device waits a second or two.
/// </summary>
internal static class ReadyAnnouncement
{
    /// <summary>The features JSON; a test holds it against the wire types.</summary>
    /// <param name="groups">Whether the kernel has cgroups, without which a kill would not reach all of an exec.</param>
    public static ReadOnlySpan<byte> Payload(bool groups) => groups
        ? """
        {"init":"rxvm","version":1,"features":["pipes","user","serial-disk","overlay","exit-frame","stdin-eof","signal","wide","window",
        """u8 + """
        "exec-signal","ends","ids"]}
        """u8
        : """
        {"init":"rxvm","version":1,"features":["pipes","user","serial-disk","overlay","exit-frame","stdin-eof","signal","wide","window",
        """u8 + """
        "ends","ids"]}
        """u8;
}
