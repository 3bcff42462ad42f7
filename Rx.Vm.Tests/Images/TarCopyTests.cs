using System.Formats.Tar;
using System.Text;
using CsCheck;
using Rx.Vm.Images;

namespace Rx.Vm.Tests.Images;

/// <summary>
/// Goal: pax times renamed, everything else byte for byte, however the stream is cut. Method: archives made by the base library.
/// </summary>
public sealed class TarCopyTests
{
    [Fact]
    public void Only_the_time_of_a_pax_header_is_renamed()
    {
        var records = "20 mtime=1795530414\n15 path=mtime=\n12 atime=12\n13 size=4321\n"u8.ToArray();
        Assert.True(PaxRecords.Patch(records, out var size));
        Assert.Equal("20 atime=1795530414\n15 path=mtime=\n12 atime=12\n13 size=4321\n", Encoding.ASCII.GetString(records));
        Assert.Equal(4321, size);
    }

    [Theory]
    [InlineData("20 mtime=179553041\n")]
    [InlineData("0 a=b\n")]
    [InlineData("-5 a=b\n")]
    [InlineData("2147483647 a=b\n")]
    [InlineData("99999999999999999999 a=b\n")]
    [InlineData("6 a=bc")]
    [InlineData("mtime=1\n")]
    [InlineData("11 size=-4\n")]
    [InlineData("11 size=4x\n")]
    [InlineData("\0\0\0")]
    public void Records_that_make_no_sense_are_said_to(string text) => Assert.False(PaxRecords.Patch(Encoding.ASCII.GetBytes(text), out _));

    [Theory]
    [InlineData(TarEntryFormat.V7)]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Gnu)]
    public async Task An_archive_without_pax_headers_passes_unchanged(TarEntryFormat format)
    {
        var archive = Archive(format, nested: true);
        Assert.Equal(archive, await Copy(archive, 1 << 30));
    }

    [Fact]
    public async Task In_a_pax_archive_the_times_change_and_the_contents_do_not()
    {
        var archive = Archive(TarEntryFormat.Pax, nested: true);
        var copy = await Copy(archive, 1 << 30);
        Assert.Equal(archive.Length, copy.Length);
        Assert.All(Enumerable.Range(0, archive.Length).Where(i => archive[i] != copy[i]), i =>
            Assert.Equal(("mtime=", "atime="), (Text(archive, i), Text(copy, i))));
        Assert.Equal(Contents(archive), Contents(copy));
        Assert.NotEqual(archive, copy);
    }

    [Fact]
    public async Task Any_cut_passes_what_there_is()
    {
        var archive = Archive(TarEntryFormat.Pax, nested: false);
        var whole = await Copy(archive, 1 << 30);
        for (var length = TarHeader.BlockBytes; length < archive.Length; length += 100)
        {
            var copy = await Copy(archive[..length], 1 << 30);
            Assert.Equal(length, copy.Length);
            Assert.Equal(Lenient(whole[..length]), Lenient(copy));
        }
    }

    [Fact]
    public async Task One_byte_over_the_limit_is_too_much()
    {
        var archive = Archive(TarEntryFormat.Pax, nested: false);
        Assert.Equal(archive.Length, (await Copy(archive, archive.Length)).Length);
        var error = await Assert.ThrowsAsync<ImageException>(() => Copy(archive, archive.Length - 1));
        Assert.Equal(ImageError.TooLarge, error.Error);
    }

    [Fact]
    public void Damage_changes_at_most_the_letter_of_a_time()
    {
        var archive = Archive(TarEntryFormat.Pax, nested: true);
        Gen.Select(Gen.Int[TarHeader.BlockBytes, archive.Length - 1], Gen.Byte).Array[1, 8].Sample(damage =>
        {
            var bad = (byte[])archive.Clone();
            foreach (var (offset, value) in damage)
            {
                bad[offset] = value;
            }

            var copy = Copy(bad, 1 << 30).GetAwaiter().GetResult();
            return copy.Length == bad.Length
                && Enumerable.Range(0, bad.Length).All(i => bad[i] == copy[i] || (bad[i] == 'm' && copy[i] == 'a'));
        }, iter: 300);
    }

    // A cut inside a pax header leaves its time as it was.
    private static string Lenient(byte[] archive) =>
        Encoding.Latin1.GetString(archive).Replace("mtime=", "atime=", StringComparison.Ordinal);

    private static string Text(byte[] bytes, int offset) => Encoding.Latin1.GetString(bytes, offset, 6);

    private static byte[] Archive(TarEntryFormat format, bool nested)
    {
        using var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, format, leaveOpen: true))
        {
            for (var i = 0; i < 6; i++)
            {
                var entry = Entry(format, TarEntryType.RegularFile, $"folder/file-{i}");
                var content = new byte[i * 300];
                "30 mtime=1 looks like a record\n"u8[..Math.Min(31, content.Length)].CopyTo(content);

                // An archive inside the archive must come out as it went in.
                entry.DataStream = new MemoryStream(nested && i == 3 ? Archive(TarEntryFormat.Pax, nested: false) : content);
                writer.WriteEntry(entry);
            }

            writer.WriteEntry(Entry(format, TarEntryType.Directory, "folder/sub"));
            var link = Entry(format, TarEntryType.SymbolicLink, "folder/link");
            link.LinkName = "file-1";
            writer.WriteEntry(link);
            if (format is TarEntryFormat.Pax or TarEntryFormat.Gnu)
            {
                writer.WriteEntry(Entry(format, TarEntryType.Directory, "folder/" + new string('l', 240)));
            }
        }

        return stream.ToArray();
    }

    private static TarEntry Entry(TarEntryFormat format, TarEntryType type, string name) => format switch
    {
        TarEntryFormat.V7 => new V7TarEntry(type == TarEntryType.RegularFile ? TarEntryType.V7RegularFile : type, name),
        TarEntryFormat.Ustar => new UstarTarEntry(type, name),
        TarEntryFormat.Gnu => new GnuTarEntry(type, name),
        _ => new PaxTarEntry(type, name),
    };

    private static List<string> Contents(byte[] archive)
    {
        var result = new List<string>();
        using var reader = new TarReader(new MemoryStream(archive));
        while (reader.GetNextEntry(copyData: true) is { } entry)
        {
            using var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            result.Add($"{entry.Name} {entry.EntryType} {Convert.ToBase64String(content.ToArray())}");
        }

        return result;
    }

    private static async Task<byte[]> Copy(byte[] archive, long limit)
    {
        using var target = new MemoryStream();
        await new TarCopy(new MemoryStream(archive), target, "test", limit).RunAsync(TestContext.Current.CancellationToken);
        return target.ToArray();
    }
}
