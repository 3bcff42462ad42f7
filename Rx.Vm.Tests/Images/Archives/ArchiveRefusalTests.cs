using System.Text;
using Rx.Vm.Images;
using Rx.Vm.Images.Archives;

namespace Rx.Vm.Tests.Images.Archives;

/// <summary>What cannot be in an image is refused, and the entry named; nothing of the message can steer a terminal.</summary>
[Slow]
public sealed class ArchiveRefusalTests : IDisposable
{
    private readonly ArchiveFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    private static (string What, TarItem[] Items, string Why)[] BadEntries =>
    [
        ("climbing name", [TarItem.File("a/../../etc/x", "x")], "'..'"),
        ("climbing in a pax name", [TarItem.File("a", "x") with { Records = [("path", "../x")] }], "'..'"),
        ("climbing hard link", [TarItem.Hard("a", "../etc/shadow")], "'..'"),
        ("no name", [TarItem.File("", "x")], "without anything"),
        ("file as root", [TarItem.File("./.", "x")], "is the root"),
        ("link as root", [TarItem.Symbolic("/", "x")], "is the root"),
        ("long name", [TarItem.File("a/" + new string('n', 256), "x") with { Dialect = TarDialect.Gnu }], "more than 255 bytes"),
        ("long implied folder", [TarItem.File(new string('n', 256) + "/a", "x") with { Dialect = TarDialect.Pax }], "more than 255 bytes"),
        ("long folder by way of a link",
            [TarItem.Symbolic("l", new string('n', 300)) with { Dialect = TarDialect.Gnu }, TarItem.File("l/a", "x")], "more than 255 bytes"),
        ("long path", [TarItem.File(string.Concat(Enumerable.Repeat("abc/", 1100)) + "x", "x") with { Dialect = TarDialect.Gnu }], "more than 4095 bytes"),
        ("zero byte in a name", [TarItem.File("a", "x") with { Records = [("path", "a\0b")] }], "zero byte"),
        ("zero byte in a target", [TarItem.Symbolic("a", "b") with { Records = [("linkpath", "a\0b")] }], "zero byte"),
        ("empty target", [TarItem.Symbolic("a", "")], "link to nothing"),
        ("long target", [TarItem.Symbolic("a", new string('t', 5000)) with { Dialect = TarDialect.Gnu }], "more than 4095 bytes"),
        ("hard link to nothing", [TarItem.Hard("a", "nowhere")], "'nowhere', which is not in the archive"),
        ("hard links in a circle", [TarItem.Hard("a", "b"), TarItem.Hard("b", "a")], "which leads to no file"),
        ("hard link to a folder", [TarItem.Hard("a", "bin")], "'bin', which is a folder"),
        ("hard link to a later folder", [TarItem.Hard("a", "later"), TarItem.Directory("later")], "'later', which is a folder"),
        ("hard link to the root", [TarItem.Hard("a", "./")], "which is a folder"),
        ("below a file", [TarItem.File("a", "x"), TarItem.File("a/b", "x")], "'a/b' is below 'a', which is not a folder"),
        ("below a link to a file", [TarItem.File("f", "x"), TarItem.Symbolic("a", "f"), TarItem.File("a/b", "x")], "which is not a folder"),
        ("below links in a circle", [TarItem.Symbolic("a", "b"), TarItem.Symbolic("b", "a"), TarItem.File("a/x", "x")], "which is not a folder"),
        ("several volumes", [new TarItem("a", 'M')], "another volume"),
        ("unknown type", [new TarItem("a", 'N')], "type that is not read ('N')"),
        ("unprintable type", [new TarItem("a", '\u001b')], "type that is not read (0x1b)"),
        ("device number", [new TarItem("a", '3') { Major = 5000, Minor = 1 }], "major device number"),
        ("minor device number", [new TarItem("a", '4') { Major = 5, Minor = 1 << 21 }], "minor device number"),
        ("no number", [TarItem.File("a", "") with { Damage = h => h[100] = (byte)'9' }], "mode that is not a number"),
        ("number beyond 64 bits", [TarItem.File("a", "") with { Damage = h => h.AsSpan(124, 12).Fill(0x80) }], "size that is not a number"),
        ("negative size", [TarItem.File("a", "") with { Size = -512 }], "negative size"),
        ("negative owner", [TarItem.File("a", "") with { Uid = -2 }], "uid -2"),
        ("owner nobody can have", [TarItem.File("a", "") with { Gid = uint.MaxValue }], "gid 4294967295"),
        ("pax size", [TarItem.File("a", "") with { Records = [("size", "4x")] }], "size that is not a number"),
        ("pax time", [TarItem.File("a", "") with { Records = [("mtime", "now")] }], "mtime that is not a number"),
        ("sparse of star", [new TarItem("a", 'S') { Dialect = TarDialect.Star }], "sparse file of a form that is not read"),
        ("sparse of star in pax", [TarItem.File("a", "") with { Records = [("SCHILY.filetype", "sparse")] }], "sparse file of a form"),
        ("sparse of a later version",
            [TarItem.File("a", "") with { Records = [("GNU.sparse.major", "2"), ("GNU.sparse.minor", "0")] }], "sparse file of a form"),
        ("sparse without a map",
            [TarItem.File("a", "") with { Records = [("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "9")] }],
            "sparse file of a form"),
        ("sparse with more pieces than can be counted",
            [new TarItem("a") { Dialect = TarDialect.Pax, Content = [.. "5000000000000000000\n0\n0\n"u8, .. new byte[488]],
                Records = [("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "9")] }],
            "sparse file of a form"),
        ("overlapping pieces", [Sparse("0,512,256,512", 1024, 2048)], "does not fit"),
        ("pieces behind the end", [Sparse("0,512,4096,512", 1024, 2048)], "does not fit"),
        ("pieces of another length", [Sparse("0,512", 1024, 2048)], "does not fit"),
        ("pieces inside of blocks", [Sparse("0,500,600,524", 1024, 2048)], "does not fit"),
        ("pieces that are no numbers", [Sparse("0,x", 1024, 2048)], "sparse file of a form"),
    ];

    [Fact]
    public async Task What_cannot_be_in_an_image_is_refused_by_name()
    {
        foreach (var (what, items, why) in BadEntries)
        {
            var error = await Assert.ThrowsAsync<ImageException>(() => _fixture.ImportAsync(items));
            Assert.True(
                error.Error == ImageError.BadEntry && error.Message.Contains("its entry '", StringComparison.Ordinal)
                && error.Message.Contains(why, StringComparison.Ordinal) && !error.Message.Any(char.IsControl),
                $"{what}: {error.Message}");
        }
    }

    [Fact]
    public async Task No_name_steers_a_terminal_also_in_messages_and_remarks()
    {
        const string Name = "\u001b]0;pwned\u0007\u001b[31mred\u009b5m\u00e2\u0080\u00ae";
        Assert.Contains("pwned", (await _fixture.RefusedAsync(ImageError.BadEntry, TarItem.File(Name + "/../x", "x"))).Message);
        var cut = await _fixture.RefusedAsync(ImageError.NotAnArchive, TarForge.Entries(TarItem.File(Name, new string('x', 3000)))[..1600]);
        Assert.Contains("ends in the middle of the entry '", cut.Message);
        var image = await _fixture.ImportAsync(TarItem.File(Name, "x") with { Time = -1 });
        Assert.DoesNotContain(Assert.Single(image.Remarks), c => char.IsControl(c) || c == '\u202e');
    }

    [Fact]
    public async Task Any_cut_is_refused_with_the_entry_that_misses_something()
    {
        var whole = TarForge.Entries(ArchiveFixture.Bin, TarItem.File("first", new string('1', 700)), TarItem.File("second", new string('2', 600)));
        for (var length = 1; length < whole.Length; length += 64)
        {
            // At the end of an entry there is only the end marker missing, and that is no loss.
            if (length % 512 == 0 && length is 512 or 512 + 1536)
            {
                continue;
            }

            var error = await _fixture.RefusedAsync(ImageError.NotAnArchive, whole[..length]);
            var complaint = length < 512 ? "shorter than one header" : length < 1024 ? "behind the entry 'bin'" : length < 2560 ? "'first'" : "'second'";
            Assert.Contains(complaint, error.Message);
        }

        Assert.Contains("headers of an entry", (await _fixture.RefusedAsync(
            ImageError.NotAnArchive, TarForge.Entries(ArchiveFixture.Bin, TarForge.Raw('L', new byte[200])))).Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(512)]
    [InlineData(1024)]
    [InlineData(10_000)]
    [InlineData(100)]
    public async Task An_archive_without_an_end_marker_or_with_half_of_one_is_whole(int zeros)
    {
        var image = await _fixture.ImportAsync([.. TarForge.Entries(ArchiveFixture.Bin, TarItem.File("last", "end")), .. new byte[zeros]]);
        Assert.Equal("end", StoreFixture.Read(image, "last"));
        Assert.Empty(image.Remarks);
    }

    [Fact]
    public async Task What_is_behind_the_end_marker_is_said()
    {
        var archive = TarForge.Archive(ArchiveFixture.Bin, TarItem.File("a", "x"));
        Assert.Contains("behind the end marker", Assert.Single((await _fixture.ImportAsync([.. archive, .. archive])).Remarks));
    }

    [Fact]
    public async Task A_wrong_checksum_is_refused_behind_the_entry_it_follows()
    {
        var bad = TarItem.File("b", "x") with { Damage = null };
        var archive = TarForge.Entries(ArchiveFixture.Bin, TarItem.File("before", "x"), bad);
        archive[^1000] ^= 1;
        Assert.Contains("behind the entry 'before'", (await _fixture.RefusedAsync(ImageError.NotAnArchive, archive)).Message);
    }

    [Theory]
    [InlineData("no length\n")]
    [InlineData("99 path=x\n")]
    [InlineData("0 a=b\n")]
    [InlineData("-5 a=b\n")]
    [InlineData("7 path\n")]
    [InlineData("99999999999999999999 a=b\n")]
    public async Task Pax_headers_that_make_no_sense_are_refused(string records)
    {
        var archive = TarForge.Archive(ArchiveFixture.Bin, TarForge.Raw('x', Encoding.ASCII.GetBytes(records)), TarItem.File("a", "x"));
        Assert.Contains("pax header behind the entry 'bin' makes no sense", (await _fixture.RefusedAsync(ImageError.NotAnArchive, archive)).Message);
    }

    [Fact]
    public async Task Limits_are_named()
    {
        _fixture.Store.Options = _fixture.Store.Options with { MaxFiles = 3, MaxImageBytes = 100_000 };
        Assert.Contains("more than 3 files", (await _fixture.RefusedAsync(ImageError.TooLarge, TarItem.File("a/b/c", ""))).Message);
        Assert.Contains("longer than 100000 bytes", (await _fixture.RefusedAsync(ImageError.TooLarge, TarItem.File("a", new string('x', 100_000)))).Message);
        Assert.Contains("unpacks to more than 100000 bytes", (await _fixture.RefusedAsync(
            ImageError.TooLarge, Sparse("0,512", 512, long.MaxValue))).Message);
        var header = TarForge.Raw('x', new byte[10]) with { Size = 9 << 20 };
        Assert.Contains("a pax header is longer than", (await _fixture.RefusedAsync(ImageError.NotAnArchive, header)).Message);
    }

    [Theory]
    [InlineData("manifest.json", "repositories", "docker save")]
    [InlineData("manifest.json", "0123abc/layer.tar", "docker save")]
    [InlineData("manifest.json", "0123abc.tar", "docker save")]
    [InlineData("manifest.json", "blobs/sha256/0123", "docker save")]
    [InlineData("oci-layout", "index.json", "OCI image layout")]
    public async Task Archives_of_layers_are_named_as_what_they_are(string first, string second, string what)
    {
        var archive = TarForge.Archive(TarItem.File(first, "{}"), TarItem.File(second, "{}"));
        Assert.Contains(what, (await _fixture.RefusedAsync(ImageError.UnsupportedSource, archive)).Message);
        var folder = _fixture.Store.Files[$"layout-{first}"];
        _fixture.Store.Files.Write($"layout-{first}/{first}", "{}");
        _fixture.Store.Files.Write($"layout-{first}/{second}", "{}");
        var error = await Assert.ThrowsAsync<ImageException>(() => _fixture.Store.Open().ResolveAsync(folder, StoreFixture.Token));
        Assert.Equal(ImageError.UnsupportedSource, error.Error);

        // A root file system may have files of these names.
        Assert.Empty((await _fixture.ImportAsync(TarItem.File(first, "{}"), TarItem.File(second, "{}"))).Remarks);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_archive_that_became_a_pipe_meanwhile_is_not_waited_for()
    {
        var pipe = _fixture.Store.Files["pipe"];
        Shell.Run("mkfifo", pipe);

        var ct = TestContext.Current.CancellationToken;
        var error = await Task.Run(() => Assert.ThrowsAsync<ImageException>(() => ArchiveStream.ReadAsync(
            pipe, new ArchiveErrors("web"), (_, _) => Task.CompletedTask, new ArchiveRemarks(), ct)), ct).WaitAsync(ct);

        Assert.Equal(ImageError.SourceChanged, error.Error);
    }

    private static TarItem Sparse(string map, int stored, long size) => new("a")
    {
        Content = new byte[stored], Dialect = TarDialect.Pax,
        Records = [("GNU.sparse.size", $"{size}"), ("GNU.sparse.numblocks", "2"), ("GNU.sparse.map", map)],
    };
}
