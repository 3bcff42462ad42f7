namespace Rx.Vm.Tests.Images.Archives;

/// <summary>Damages an archive as disks, networks and broken programs do: bits turn, ends are missing, blocks come twice, not at all or
/// as zeros.</summary>
internal static class ArchiveDamage
{
    private const int Block = 512;

    /// <summary>One to three damages at random places, with their description.</summary>
    public static (byte[] Archive, string What) Of(byte[] archive, Random random)
    {
        var what = new List<string>();
        for (var left = random.Next(1, 4); left > 0 && archive.Length > Block; left--)
        {
            (archive, var one) = One(archive, random);
            what.Add(one);
        }

        return (archive, string.Join(", ", what));
    }

    private static (byte[] Archive, string What) One(byte[] archive, Random random)
    {
        var blocks = archive.Length / Block;
        var at = random.Next(blocks) * Block;
        switch (random.Next(6))
        {
            case 0:
                var bit = random.Next(archive.Length * 8);
                return (With(archive, bit / 8, b => (byte)(b ^ (1 << (bit % 8)))), $"bit {bit} turned");
            case 1:
                // In a header, where it is worth more than in a content.
                var place = at + random.Next(Block);
                var value = "\0 01789/.+x\u0080\u00ff"[random.Next(13)];
                return (With(archive, place, _ => (byte)value), $"byte {place} is {(int)value:x2}");
            case 2:
                var length = random.Next(archive.Length);
                return (archive[..length], $"cut at {length}");
            case 3:
                return ([.. archive[..(at + Block)], .. archive[at..]], $"block {at / Block} twice");
            case 4:
                return ([.. archive[..at], .. archive[(at + Block)..]], $"no block {at / Block}");
            default:
                return ([.. archive[..at], .. new byte[Block], .. archive[(at + Block)..]], $"block {at / Block} zeros");
        }
    }

    private static byte[] With(byte[] archive, int place, Func<byte, byte> change)
    {
        byte[] changed = [.. archive];
        changed[place] = change(changed[place]);
        return changed;
    }
}
