using Rx.Vm.Images;

namespace Rx.Vm.Tests.Images.Archives;

/// <summary>What an image holds where one entry depends on another: the last of a name wins, links lead on, and nothing gets lost without a word.</summary>
[Slow]
public sealed class ArchiveSemanticsTests : IDisposable
{
    private readonly ArchiveFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task The_last_of_a_name_wins_whatever_it_is()
    {
        var image = await _fixture.ImportAsync(
            TarItem.File("file", "first"), TarItem.File("file", "second!"),
            TarItem.File("other", "x"), TarItem.Symbolic("other", "file"),
            TarItem.Symbolic("link", "file"), TarItem.File("link", "no link"),
            TarItem.File("becomes-folder", "x"), TarItem.Directory("becomes-folder/"), TarItem.File("becomes-folder/in", "y"),
            TarItem.Directory("becomes-file"), TarItem.File("becomes-file", "z"),
            TarItem.Directory("folder") with { Mode = 0x1c0, Uid = 1 }, TarItem.File("folder/kept", "k"),
            TarItem.Directory("folder") with { Mode = 0x1ed, Uid = 5, Gid = 6, Time = 1_500_000_000 });
        Assert.Equal("second!", StoreFixture.Read(image, "file"));
        Assert.Equal("no link", StoreFixture.Read(image, "link"));
        Assert.Equal("y", StoreFixture.Read(image, "becomes-folder/in"));
        Assert.Equal("z", StoreFixture.Read(image, "becomes-file"));
        Assert.Equal("k", StoreFixture.Read(image, "folder/kept"));
        Assert.Contains("other -> file", StoreFixture.List(image));
        Assert.Matches(@"drwxr-xr-x 5/6 +\d+ 2017-07-14 02:40 /folder\n", StoreFixture.List(image));
        Assert.Empty(image.Remarks);
    }

    [Fact]
    public async Task A_file_in_the_place_of_a_folder_with_files_in_it_is_said()
    {
        var image = await _fixture.ImportAsync(TarItem.Directory("a"), TarItem.Directory("a/b"), TarItem.File("a/b/c", "x"), TarItem.File("a", "now"));
        Assert.Equal("now", StoreFixture.Read(image, "a"));
        Assert.Contains("replaces a folder", Assert.Single(image.Remarks));
        Assert.Contains("'a'", image.Remarks[0]);
    }

    [Fact]
    public async Task A_hard_link_keeps_the_file_it_was_made_of()
    {
        var image = await _fixture.ImportAsync(TarItem.File("a", "old"), TarItem.Hard("b", "a"), TarItem.File("a", "new"));
        Assert.Equal("new", StoreFixture.Read(image, "a"));
        Assert.Equal("old", StoreFixture.Read(image, "b"));
    }

    [Theory]
    [InlineData("target")]
    [InlineData("./target")]
    [InlineData("/target")]
    [InlineData("folder-link/../target", false)]
    [InlineData("way/target")]
    [InlineData("round/way/target")]
    public async Task A_hard_link_finds_its_target_by_whatever_way(string target, bool allowed = true)
    {
        TarItem[] items =
        [
            TarItem.File("real/target", "T"), TarItem.Symbolic("target", "real/target"), TarItem.Symbolic("way", "/real"), TarItem.Symbolic("round", "."),
            TarItem.Hard("hard", target),
        ];
        if (!allowed)
        {
            Assert.Contains("'hard' has '..'", (await _fixture.RefusedAsync(ImageError.BadEntry, items)).Message);
            return;
        }

        // A link to a link is a second name of the link.
        var image = await _fixture.ImportAsync(items);
        var listed = StoreFixture.List(image);
        Assert.True(
            target.Contains("way", StringComparison.Ordinal) ? StoreFixture.Read(image, "hard") == "T" : listed.Contains("hard -> real/target"), listed);
    }

    [Fact]
    public async Task A_hard_link_may_come_before_its_target_also_in_a_chain_and_to_anything_but_a_folder()
    {
        var image = await _fixture.ImportAsync(
            TarItem.Hard("first", "second"), TarItem.Hard("second", "third"), TarItem.Hard("third", "way/file"), TarItem.Hard("pipe-2", "pipe"),
            TarItem.Symbolic("way", "folder"), TarItem.File("folder/file", "content"), new TarItem("pipe", '6'));
        Assert.All(new[] { "first", "second", "third", "folder/file" }, name => Assert.Equal("content", StoreFixture.Read(image, name)));
        Assert.Equal(2, StoreFixture.List(image).Split('\n').Count(line => line.StartsWith('p')));
    }

    [Fact]
    public async Task A_hard_link_to_itself_or_made_again_changes_nothing()
    {
        var image = await _fixture.ImportAsync(
            TarItem.File("a", "1"), TarItem.Hard("a", "a"), TarItem.Hard("b", "a"), TarItem.Hard("b", "a"), TarItem.Hard("a", "b"));
        Assert.Equal("1", StoreFixture.Read(image, "a"));
        Assert.Equal("1", StoreFixture.Read(image, "b"));
    }

    [Theory]
    [InlineData("usr/lib")]
    [InlineData("/usr/lib")]
    [InlineData("./usr/../usr/lib/")]
    [InlineData("../../usr/lib")]
    [InlineData("around/usr/lib")]
    [InlineData("/around/around/usr/lib")]
    public async Task Entries_below_a_link_to_a_folder_follow_it_inside_the_root(string target)
    {
        var image = await _fixture.ImportAsync(
            TarItem.Directory("usr"), TarItem.Directory("usr/lib"), TarItem.Symbolic("around", "/"), TarItem.Symbolic("lib", target),
            TarItem.File("lib/libfoo.so", "elf"), TarItem.Directory("lib/sub"), TarItem.Hard("lib/sub/hard", "lib/libfoo.so"));
        Assert.Equal("elf", StoreFixture.Read(image, "usr/lib/libfoo.so"));
        Assert.Equal("elf", StoreFixture.Read(image, "usr/lib/sub/hard"));
        Assert.Contains($"lib -> {target}", StoreFixture.List(image));
    }

    [Fact]
    public async Task A_link_to_a_folder_that_comes_later_is_followed_too()
    {
        var image = await _fixture.ImportAsync(
            TarItem.Symbolic("lib", "usr/lib"), TarItem.File("lib/a", "A"), TarItem.Directory("usr/lib") with { Mode = 0x1c0 });
        Assert.Equal("A", StoreFixture.Read(image, "usr/lib/a"));
        Assert.Matches("drwx------ .* /usr/lib\n", StoreFixture.List(image));
    }

    [Theory]
    [InlineData("./")]
    [InlineData(".")]
    [InlineData("/")]
    [InlineData("././")]
    public async Task The_root_has_the_properties_its_entry_gives_it(string name)
    {
        var image = await _fixture.ImportAsync(
            TarItem.Directory(name) with { Mode = 0x3e8, Uid = 12, Gid = 34, Time = 1_600_000_000 }, TarItem.File("after", "x"));
        Assert.Matches(@"^drwxr-x--T 12/34 +\d+ 2020-09-13 12:26 /?\n", StoreFixture.List(image));
        Assert.Empty(image.Remarks);
    }

    [Fact]
    public async Task Without_an_entry_of_its_own_the_root_is_roots_and_open()
    {
        var image = await _fixture.ImportAsync(TarItem.File("a", "x") with { Uid = 7, Gid = 7 });
        Assert.Matches(@"^drwxr-xr-x 0/0 +\d+ 1970-01-01 00:00 /?\n", StoreFixture.List(image));
    }

    [Fact]
    public async Task Folders_that_only_names_imply_are_always_the_same()
    {
        var archive = TarForge.Archive(TarItem.File("bin/deep/er/file", "x"));
        var first = await _fixture.ImportAsync(archive);
        Assert.Matches(@"drwxr-xr-x 0/0 +\d+ 1970-01-01 00:00 /bin/deep/er\n", StoreFixture.List(first));
        _fixture.Store.Options = _fixture.Store.Options with { Directory = _fixture.Store.Files["second"] };
        Assert.Equal(first.Digest, (await _fixture.ImportAsync(archive)).Digest);
    }

    [Fact]
    public async Task Owners_are_numbers_whatever_names_the_host_knows()
    {
        // The archives of these tests say that every file belongs to "daemon".
        var image = await _fixture.ImportAsync(TarItem.File("a", "x") with { Uid = 4321, Gid = 1234 });
        Assert.Contains("4321/1234", StoreFixture.List(image));
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(-315_532_800, 1)]
    [InlineData(long.MinValue / 4, 1)]
    [InlineData(0, 0)]
    [InlineData(4_294_967_295, 0)]
    [InlineData(4_294_967_296, 1)]
    [InlineData(long.MaxValue / 4, 1)]
    public async Task Times_out_of_range_are_set_to_the_nearest_and_said_once(long time, int remarks)
    {
        var items = new[] { TarDialect.Ustar, TarDialect.Gnu, TarDialect.Pax, TarDialect.V7 }
            .Select(dialect => TarItem.File($"of-{dialect}", "x") with { Time = time, Dialect = dialect })
            .Append(TarItem.Directory("folder") with { Time = time })
            .Append(TarItem.Symbolic("link", "folder") with { Time = time }).ToArray();
        var image = await _fixture.ImportAsync(items);
        var listed = StoreFixture.List(image).Split('\n').Where(line => line.Contains("of-") || line.Contains("/folder") || line.Contains("/link"));
        Assert.All(listed, line => Assert.Contains(time <= 0 ? "1970-01-01 00:00" : "2106-02-07 06:28", line));
        Assert.Equal(remarks, image.Remarks.Length);
        Assert.All(image.Remarks, remark => Assert.StartsWith("6 entries", remark));
    }

    [Fact]
    public async Task A_folder_on_the_host_is_clamped_the_same_way_and_said_once()
    {
        var tree = _fixture.Store.Tree();
        File.SetLastWriteTimeUtc(_fixture.Store.Files["tree/etc/passwd"], new DateTime(1960, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        File.SetLastWriteTimeUtc(_fixture.Store.Files["tree/bin/tool"], new DateTime(2200, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Directory.SetLastWriteTimeUtc(_fixture.Store.Files["tree/etc"], new DateTime(1969, 12, 31, 23, 59, 59, DateTimeKind.Utc));
        var image = await _fixture.Store.Open().ResolveAsync(tree, StoreFixture.Token);
        Assert.Matches("1970-01-01 00:00 /etc/passwd", StoreFixture.List(image));
        Assert.Matches("1970-01-01 00:00 /etc\n", StoreFixture.List(image));
        Assert.Matches("2106-02-07 06:28 /bin/tool", StoreFixture.List(image));
        Assert.StartsWith("3 entries with a time", Assert.Single(image.Remarks));
    }
}
