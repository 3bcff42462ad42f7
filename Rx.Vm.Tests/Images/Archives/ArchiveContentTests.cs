using System.IO.Compression;
using System.Runtime.InteropServices;
using Rx.Vm.Images;
using Rx.Vm.Images.Archives;

namespace Rx.Vm.Tests.Images.Archives;

/// <summary>Contents, attributes and names come out as they went in, in every dialect and compression; what cannot is said.</summary>
[Slow]
public sealed partial class ArchiveContentTests : IDisposable
{
    private readonly ArchiveFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(26)]
    [InlineData(120)]
    public async Task Sparse_files_of_every_form_and_number_of_pieces_are_whole(int pieces)
    {
        var content = new byte[(pieces * 2048) + 1000];
        new Random(20151105).NextBytes(content);
        var map = Enumerable.Range(0, pieces).Select(i => ((long)(i * 2048) + 512, 512L)).ToArray();
        for (var i = 0; i < content.Length; i++)
        {
            if (i % 2048 is < 512 or >= 1024 || i >= pieces * 2048)
            {
                content[i] = 0;
            }
        }

        var items = Enum.GetValues<SparseForm>().Where(f => f != SparseForm.None).Select(form => new TarItem($"of-{form}")
        {
            Content = content, Sparse = form, Pieces = map, Dialect = form == SparseForm.Gnu ? TarDialect.Gnu : TarDialect.Pax,
        }).ToArray();
        var image = await _fixture.ImportAsync([.. items, TarItem.File("after", "behind them")]);
        var folder = _fixture.Unpack(image);
        Assert.All(items, item => Assert.Equal(content, File.ReadAllBytes(Path.Combine(folder, item.Name))));
        Assert.Equal("behind them", StoreFixture.Read(image, "after"));
    }

    [Fact]
    public async Task The_last_piece_may_end_anywhere_and_a_file_may_be_nothing_but_a_hole()
    {
        var ragged = new byte[1000];
        ragged.AsSpan(512, 100).Fill(7);
        var forms = new[] { SparseForm.Gnu, SparseForm.Pax00, SparseForm.Pax01, SparseForm.Pax10 };
        var items = forms.SelectMany(form => new[]
        {
            new TarItem($"ragged-{form}") { Content = ragged, Sparse = form, Pieces = [(512, 100), (1000, 0)] },
            new TarItem($"hole-{form}") { Content = new byte[300_000], Sparse = form, Pieces = [(300_000, 0)] },
        }.Select(i => i with { Dialect = form == SparseForm.Gnu ? TarDialect.Gnu : TarDialect.Pax })).ToArray();
        var folder = _fixture.Unpack(await _fixture.ImportAsync(items));
        Assert.All(items, item => Assert.Equal(item.Content, File.ReadAllBytes(Path.Combine(folder, item.Name))));
    }

    [Fact]
    public async Task Global_pax_headers_hold_until_they_are_taken_back()
    {
        var image = await _fixture.ImportAsync(
            TarForge.Global(("uid", "77"), ("comment", "of git"), ("mtime", "1000000000")), TarItem.File("a", "x"),
            TarItem.File("b", "x") with { Records = [("uid", "88")] },
            TarForge.Global(("uid", "")), TarItem.File("c", "x") with { Uid = 99 });
        var list = StoreFixture.List(image);
        Assert.Matches("77/0 +1 2001-09-09 01:46 /a\n", list);
        Assert.Matches("88/0 +1 2001-09-09 01:46 /b\n", list);
        Assert.Matches("99/0 +1 2001-09-09 01:46 /c\n", list);
        Assert.Empty(image.Remarks);
    }

    [Fact]
    public async Task A_pax_name_wins_over_GNUs_and_that_over_the_headers()
    {
        byte[] longName = [.. System.Text.Encoding.ASCII.GetBytes("gnu-name"), 0];
        var image = await _fixture.ImportAsync(
            TarForge.Raw('L', longName), TarItem.File("header", "1"),
            TarForge.Raw('L', longName), TarForge.Raw('x', TarForge.Records([("path", "pax-name"), ("size", "1")])), TarItem.File("header", "2"),
            TarForge.Raw('x', TarForge.Records([("path", "pax-other")])), TarForge.Raw('L', longName), TarItem.File("header", "3"));
        Assert.Equal("1", StoreFixture.Read(image, "gnu-name"));
        Assert.Equal("2", StoreFixture.Read(image, "pax-name"));
        Assert.Equal("3", StoreFixture.Read(image, "pax-other"));
    }

    [Fact]
    public async Task Extended_attributes_are_kept_and_what_an_image_cannot_hold_is_said()
    {
        const string Value = "\0\u00ff=\nbinary";
        var image = await _fixture.ImportAsync(
            TarItem.File("a", "x") with
            {
                Records = [("SCHILY.xattr.user.rx", Value), ("LIBARCHIVE.xattr.user.rx", "AP89Cg"), ("SCHILY.xattr.user.empty", "")],
            },
            TarItem.Directory("d") with { Records = [("SCHILY.xattr.user.d", "of a folder")] },
            TarItem.File("b", "x") with { Records = [("SCHILY.acl.access", "user::rw-")] },
            TarItem.File("c", "x") with { Records = [("SCHILY.xattr.system.posix_acl_access", "\u0002"), ("RHT.security.selinux", "label")] });
        var folder = _fixture.Unpack(image);
        Assert.Equal(Value, Attribute(Path.Combine(folder, "a"), "user.rx"));
        Assert.Equal("", Attribute(Path.Combine(folder, "a"), "user.empty"));
        Assert.Equal("of a folder", Attribute(Path.Combine(folder, "d"), "user.d"));
        var remark = Assert.Single(image.Remarks);
        Assert.StartsWith("2 entries with an access control list or other attribute", remark);
        Assert.Contains("SCHILY.acl.access of b", remark);
    }

    [Fact]
    public async Task A_folder_on_the_host_gives_names_of_any_bytes_links_attributes_and_pipes()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "devices can only be made by root");
        var tree = _fixture.Store.Files["host"];
        Shell.Run("sh", "-c", """
            set -e
            mkdir -p "$1/bin/sub" && cd "$1" && printf one > "$(printf '\377\376')" && printf two > "$(printf 'new\nline')"
            ln bin/../"$(printf 'new\nline')" bin/hard
            mkfifo pipe && mknod null c 1 3 && ln -s "$(printf 'to\377')" link && chmod 4751 bin/hard && chown 12:34 bin/sub
            printf 'x%.0s' $(seq 1 3000) > bin/sub/file
            """, "sh", tree);
        var image = await _fixture.Store.Open().ResolveAsync(tree, StoreFixture.Token);
        File.SetUnixFileMode(tree, (UnixFileMode)0x1ed);
        Shell.Run("touch", "-d", "@0", tree);
        Assert.Equal(TreeListing.Of(tree), _fixture.Tree(image));
        Assert.Empty(image.Remarks);
        Shell.Run("rm", "-rf", tree);
    }

    [Theory]
    [InlineData("user.a", true)]
    [InlineData("user.a=b", false)]
    [InlineData("user.", false)]
    [InlineData("system.a", false)]
    public void An_attribute_is_kept_only_where_its_name_stays_what_it_is(string name, bool isKept) =>
        Assert.Equal(isKept, TarAttributes.IsStorable(name));

    [Fact]
    public async Task A_socket_in_a_folder_is_left_out_and_said()
    {
        var tree = _fixture.Store.Tree();
        Directory.CreateDirectory(_fixture.Store.Files["tree/run"]);
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(_fixture.Store.Files["tree/run/s"]));
        var image = await _fixture.Store.Open().ResolveAsync(tree, StoreFixture.Token);
        Assert.DoesNotContain("run/s", StoreFixture.List(image));
        Assert.Contains("'run/s'", Assert.Single(image.Remarks));
    }

    [Fact]
    public async Task Whiteouts_and_roots_without_programs_are_remarked()
    {
        Assert.Contains("'etc/.wh.passwd'", Assert.Single((await _fixture.ImportAsync(TarItem.File("etc/.wh.passwd", ""))).Remarks));
        var top = await _fixture.ImportAsync(
            TarForge.Archive(TarItem.Directory("rootfs"), TarItem.Directory("rootfs/bin"), TarItem.File("rootfs/bin/sh", "x")));
        Assert.Contains("only 'rootfs'", Assert.Single(top.Remarks));
        Assert.Contains("neither /bin nor /usr", Assert.Single((await _fixture.ImportAsync(TarForge.Archive(TarItem.File("a", "x")))).Remarks));
        Assert.Empty((await _fixture.ImportAsync(TarForge.Archive(TarItem.Symbolic("bin", "usr/bin")))).Remarks);
    }

    [Fact]
    public async Task Remarks_stay_with_an_image_that_is_in_the_store()
    {
        var path = _fixture.Write(TarForge.Archive(TarItem.File("a", "x")));
        var built = await _fixture.Store.Open().ImportAsync("web", path, StoreFixture.Token);
        Assert.NotEmpty(built.Remarks);
        Assert.Equal(built.Remarks, (await _fixture.Store.OpenWithoutTools().ResolveAsync(path, StoreFixture.Token)).Remarks);
        Assert.Equal(built.Remarks, (await _fixture.Store.OpenWithoutTools().ResolveAsync("web", StoreFixture.Token)).Remarks);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("xz")]
    [InlineData("zstd")]
    [InlineData("bzip2")]
    public async Task Compressed_archives_are_read_by_their_programs_whole_or_not_at_all(string program)
    {
        Assert.SkipUnless(Shell.Try("which", program).Code == 0, $"{program} is not installed");
        var plain = TarForge.Entries(ArchiveFixture.Bin, TarItem.File("a", "A"), TarItem.File("b", new string('b', 5000)));
        var path = _fixture.Write(plain);
        Shell.Run("sh", "-c", $"{program} -c < \"$1\" > \"$1.z\"", "sh", path);
        var packed = File.ReadAllBytes(path + ".z");
        Assert.Equal((await _fixture.ImportAsync(plain)).Digest, (await _fixture.ImportAsync(packed)).Digest);
        Assert.Contains($"{program} says", (await _fixture.RefusedAsync(ImageError.NotAnArchive, packed[..^5])).Message);
        var damaged = (byte[])packed.Clone();
        damaged[^7] ^= 0x55;
        await _fixture.RefusedAsync(ImageError.NotAnArchive, damaged);

        // Several in a row are one.
        var half = TarForge.Entries(ArchiveFixture.Bin, TarItem.File("a", "A"));
        File.WriteAllBytes(path, plain[half.Length..]);
        Shell.Run("sh", "-c", $"{program} -c < \"$1\" > \"$1.z\"", "sh", path);
        var second = File.ReadAllBytes(path + ".z");
        File.WriteAllBytes(path, half);
        Shell.Run("sh", "-c", $"{program} -c < \"$1\" > \"$1.z\"", "sh", path);
        Assert.Equal((await _fixture.ImportAsync(plain)).Digest, (await _fixture.ImportAsync([.. File.ReadAllBytes(path + ".z"), .. second])).Digest);
    }

    [Fact]
    public async Task A_gzip_file_cut_where_an_entry_ends_is_not_taken_for_whole()
    {
        // The archive of the part is valid; only the compression knows that something is missing.
        using var stream = new MemoryStream();
        var gzip = new GZipStream(stream, CompressionLevel.NoCompression);
        gzip.Write(TarForge.Entries(ArchiveFixture.Bin, TarItem.File("a", "A")));
        gzip.Flush();
        var cut = stream.ToArray();
        Assert.Contains("gzip says", (await _fixture.RefusedAsync(ImageError.NotAnArchive, cut)).Message);
    }

    [Theory]
    [InlineData("echo 'one warning' >&2; printf 'an\\033[31mother' >&2", "sqfstar: one warning", "sqfstar: an\uFFFD[31mother")]
    [InlineData("echo said; for i in $(seq 1 100); do echo line $i; done", "sqfstar: said", "sqfstar said still more.")]
    public async Task No_warning_of_the_tool_is_dropped(string script, string first, string last)
    {
        var tool = _fixture.Store.Files.Script("sqfstar", $"/usr/bin/sqfstar \"$@\" || exit 1\n{script}");
        _fixture.Store.Options = _fixture.Store.Options with { SqfstarPath = tool };
        var imported = await _fixture.ImportAsync(TarItem.File("a", "x"));
        foreach (var image in new[] { imported, await _fixture.Store.Open().ResolveAsync(_fixture.Store.Tree(), StoreFixture.Token) })
        {
            Assert.Equal(first, image.Remarks[0]);
            Assert.Equal(last, image.Remarks[^1]);
        }
    }

    [Fact]
    public async Task An_entry_the_tool_leaves_out_in_silence_is_missed()
    {
        var less = _fixture.Write(TarForge.Archive(ArchiveFixture.Bin));
        var tool = _fixture.Store.Files.Script("sqfstar", $"cat > /dev/null; exec /usr/bin/sqfstar \"$@\" < {less}");
        _fixture.Store.Options = _fixture.Store.Options with { SqfstarPath = tool };
        var error = await _fixture.RefusedAsync(ImageError.BuildFailed, TarItem.File("a", "x"));
        Assert.Contains("2 files instead of 3", error.Message);
    }

    private static string Attribute(string path, string name)
    {
        var value = new byte[1000];
        var length = GetAttribute(path, name, value, value.Length);
        Assert.True(length >= 0, $"{name} of {path}");
        return System.Text.Encoding.Latin1.GetString(value, 0, (int)length);
    }

    [LibraryImport("libc", EntryPoint = "lgetxattr", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetAttribute(string path, string name, byte[] value, nint size);
}
