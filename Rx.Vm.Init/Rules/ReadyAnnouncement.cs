namespace Rx.Vm.Init.Rules;

/// <summary>
/// The READY payload, written out. Serialising it would be the only use of JSON before READY, and the first use of it reads
/// /dev/urandom for hash seeds, which on a young kernel without entropy device waits a second or two.
/// </summary>
internal static class ReadyAnnouncement
{
    /// <summary>The features JSON; a test holds it against the wire types.</summary>
    public static ReadOnlySpan<byte> Payload =>
        """{"init":"rxvm","version":1,"features":["pipes","user","serial-disk","overlay","exit-frame","stdin-eof","signal","wide","window"]}"""u8;
}
