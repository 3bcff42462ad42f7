using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Rx.Vm.Tests.Images.Archives;

/// <summary>Writes tar archives in every dialect, byte by byte, so that a test can also write what no program would.</summary>
internal static class TarForge
{
    private const int Block = 512;

    /// <summary>The entries, and the end marker.</summary>
    public static byte[] Archive(params IEnumerable<TarItem> items) => [.. Entries(items), .. new byte[2 * Block]];

    /// <summary>The entries without an end marker.</summary>
    public static byte[] Entries(params IEnumerable<TarItem> items)
    {
        using var stream = new MemoryStream();
        foreach (var item in items)
        {
            Write(stream, item);
        }

        return stream.ToArray();
    }

    /// <summary>A header that belongs to what follows it: pax, global pax, long names.</summary>
    public static TarItem Raw(char type, byte[] body) => new("header", type) { Content = body };

    public static TarItem Global(params (string Key, string Value)[] records) => Raw('g', Records(records));

    public static byte[] Records((string Key, string Value)[] records) => [.. records.SelectMany(r => Record(r.Key, r.Value))];

    private static byte[] Record(string key, string value)
    {
        var tail = $" {key}={value}\n";
        var length = tail.Length + 1;
        while (length != tail.Length + length.ToString(CultureInfo.InvariantCulture).Length)
        {
            length++;
        }

        return Encoding.Latin1.GetBytes(length.ToString(CultureInfo.InvariantCulture) + tail);
    }

    private static void Write(MemoryStream stream, TarItem item)
    {
        var (name, link) = (item.Name, item.Link);
        var records = new List<(string, string)>(item.Records);
        var content = item.Content;
        var header = new byte[Block];
        if (item.Sparse != SparseForm.None)
        {
            (content, name) = Sparse(item, records, header, out var extensions);
            var written = item with { Content = content, Type = item.Sparse == SparseForm.Gnu ? 'S' : item.Type };
            WriteNamed(stream, written, name, link, records, header, extensions);
            return;
        }

        WriteNamed(stream, item, name, link, records, header, []);
    }

    private static void WriteNamed(
        MemoryStream stream, TarItem item, string name, string link, List<(string, string)> records, byte[] header, byte[] extensions)
    {
        if (item.Dialect == TarDialect.Pax)
        {
            records.Add(("mtime", $"{item.Time.ToString(CultureInfo.InvariantCulture)}.5"));
            records.AddRange(Over(name, link, item));
        }
        else if (item.Dialect == TarDialect.Gnu)
        {
            WriteLong(stream, 'L', name);
            WriteLong(stream, 'K', link);
        }

        if (records.Count > 0)
        {
            Finish(stream, Header(new byte[Block], Raw('x', Records([.. records])), "PaxHeaders/x", ""), Records([.. records]));
        }

        Header(header, item, name, link);
        item.Damage?.Invoke(header);
        Checksum(header);
        stream.Write(header);
        stream.Write(extensions);
        Padded(stream, item.Content);
    }

    private static IEnumerable<(string, string)> Over(string name, string link, TarItem item)
    {
        if (name.Length > 100)
        {
            yield return ("path", name);
        }

        if (link.Length > 100)
        {
            yield return ("linkpath", link);
        }

        if (item.Uid > 0x1fffff)
        {
            yield return ("uid", item.Uid.ToString(CultureInfo.InvariantCulture));
        }

        if (item.Gid > 0x1fffff)
        {
            yield return ("gid", item.Gid.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static byte[] Header(byte[] header, TarItem item, string name, string link)
    {
        var prefix = "";
        if (name.Length > 100 && item.Dialect is TarDialect.Ustar or TarDialect.Star)
        {
            var cut = name.IndexOf('/', name.Length - 101);
            (prefix, name) = (name[..cut], name[(cut + 1)..]);
        }

        var isPax = item.Dialect == TarDialect.Pax;
        Put(header, 0, 100, name);
        Number(header, 100, 8, item.Mode);
        Number(header, 108, 8, isPax ? Math.Min(item.Uid, 0x1fffff) : item.Uid);
        Number(header, 116, 8, isPax ? Math.Min(item.Gid, 0x1fffff) : item.Gid);
        Number(header, 124, 12, item.Size ?? item.Content.Length);
        Number(header, 136, 12, isPax ? Math.Max(item.Time, 0) : item.Time);
        header[156] = (byte)(item.Dialect == TarDialect.V7 && item.Type is '0' or '5' ? '\0' : item.Type);
        Put(header, 157, 100, link);
        switch (item.Dialect)
        {
            case TarDialect.V7:
                return header;
            case TarDialect.Gnu:
                "ustar  \0"u8.CopyTo(header.AsSpan(257));
                break;
            case TarDialect.Star:
                "ustar\0"u8.CopyTo(header.AsSpan(257));
                "00"u8.CopyTo(header.AsSpan(263));
                Put(header, 345, 130, prefix);
                "14540000000 14540000000 "u8.CopyTo(header.AsSpan(476));
                "tar\0"u8.CopyTo(header.AsSpan(508));
                break;
            default:
                "ustar\0"u8.CopyTo(header.AsSpan(257));
                "00"u8.CopyTo(header.AsSpan(263));
                Put(header, 345, 155, prefix);
                break;
        }

        // Names of somebody whose number is another one here.
        Put(header, 265, 32, "daemon");
        Put(header, 297, 32, "daemon");
        Number(header, 329, 8, item.Major);
        Number(header, 337, 8, item.Minor);
        return header;
    }

    private static (byte[] Stored, string Name) Sparse(TarItem item, List<(string, string)> records, byte[] header, out byte[] extensions)
    {
        var size = item.Content.Length.ToString(CultureInfo.InvariantCulture);
        var count = item.Pieces.Length.ToString(CultureInfo.InvariantCulture);
        var stored = item.Pieces.SelectMany(p => item.Content[(int)p.Offset..(int)(p.Offset + p.Length)]).ToArray();
        var numbers = item.Pieces.SelectMany(p => new[] { p.Offset, p.Length }).Select(n => n.ToString(CultureInfo.InvariantCulture)).ToArray();
        extensions = [];
        switch (item.Sparse)
        {
            case SparseForm.Gnu:
                extensions = GnuMap(item, header);
                return (stored, item.Name);
            case SparseForm.Pax00:
                records.AddRange([("GNU.sparse.size", size), ("GNU.sparse.numblocks", count)]);
                records.AddRange(numbers.Select((n, i) => (i % 2 == 0 ? "GNU.sparse.offset" : "GNU.sparse.numbytes", n)));
                return (stored, item.Name);
            case SparseForm.Pax01:
                records.AddRange([("GNU.sparse.size", size), ("GNU.sparse.numblocks", count), ("GNU.sparse.name", item.Name)]);
                records.Add(("GNU.sparse.map", string.Join(',', numbers)));
                return (stored, "GNUSparseFile.0/x");
            default:
                records.AddRange([("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", item.Name), ("GNU.sparse.realsize", size)]);
                var map = Encoding.ASCII.GetBytes(string.Concat(numbers.Prepend(count).Select(n => n + "\n")));
                return ([.. map, .. new byte[-map.Length & (Block - 1)], .. stored], "GNUSparseFile.0/x");
        }
    }

    // Four pieces in the header, 21 in every block behind it.
    private static byte[] GnuMap(TarItem item, byte[] header)
    {
        for (var i = 0; i < Math.Min(4, item.Pieces.Length); i++)
        {
            Number(header, 386 + (24 * i), 12, item.Pieces[i].Offset);
            Number(header, 398 + (24 * i), 12, item.Pieces[i].Length);
        }

        header[482] = (byte)(item.Pieces.Length > 4 ? 1 : 0);
        Number(header, 483, 12, item.Content.Length);
        var rest = item.Pieces.Skip(4).Chunk(21).ToArray();
        var blocks = new byte[rest.Length * Block];
        for (var b = 0; b < rest.Length; b++)
        {
            for (var i = 0; i < rest[b].Length; i++)
            {
                Number(blocks, (b * Block) + (24 * i), 12, rest[b][i].Offset);
                Number(blocks, (b * Block) + (24 * i) + 12, 12, rest[b][i].Length);
            }

            blocks[(b * Block) + 504] = (byte)(b + 1 < rest.Length ? 1 : 0);
        }

        return blocks;
    }

    private static void WriteLong(MemoryStream stream, char type, string text)
    {
        if (text.Length > 100)
        {
            byte[] body = [.. Encoding.Latin1.GetBytes(text), 0];
            Finish(stream, Header(new byte[Block], Raw(type, body) with { Dialect = TarDialect.Gnu }, "././@LongLink", ""), body);
        }
    }

    private static void Finish(MemoryStream stream, byte[] header, byte[] body)
    {
        Checksum(header);
        stream.Write(header);
        Padded(stream, body);
    }

    private static void Padded(MemoryStream stream, byte[] body)
    {
        stream.Write(body);
        stream.Write(new byte[-body.Length & (Block - 1)]);
    }

    private static void Put(byte[] header, int offset, int length, string text) =>
        Encoding.Latin1.GetBytes(text[..Math.Min(text.Length, length)]).CopyTo(header, offset);

    private static void Number(byte[] header, int offset, int length, long value)
    {
        if (value < 0 || value >= 1L << (3 * (length - 1)))
        {
            var field = header.AsSpan(offset, length);
            field.Fill(value < 0 ? (byte)0xff : (byte)0);
            Span<byte> wide = stackalloc byte[8];
            BinaryPrimitives.WriteInt64BigEndian(wide, value);
            wide[^Math.Min(8, length - 1)..].CopyTo(field[^Math.Min(8, length - 1)..]);
            field[0] = value < 0 ? (byte)0xff : (byte)0x80;
            return;
        }

        Put(header, offset, length, Convert.ToString(value, 8).PadLeft(length - 1, '0'));
    }

    private static void Checksum(byte[] header)
    {
        header.AsSpan(148, 8).Fill((byte)' ');
        Put(header, 148, 7, Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0') + "\0");
    }
}
