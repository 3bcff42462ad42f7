using System.Formats.Tar;
using Rx.Vm.Images;

namespace Rx.Vm.Tests.Images;

/// <summary>What the store makes of good sources, with the real tools, and when it does not need them.</summary>
[Slow]
public sealed class ImageStoreTests : IDisposable
{
    private readonly StoreFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    [Fact]
    public async Task Directory_tar_and_tar_gz_of_one_tree_give_the_same_content()
    {
        var tar = fixture.Tar();
        var store = fixture.Open();
        var fromTar = await store.ResolveAsync(tar, StoreFixture.Token);
        var fromGzip = await store.ResolveAsync(fixture.Gzip(tar), StoreFixture.Token);
        var fromTree = await store.ResolveAsync(fixture.Files["tree"], StoreFixture.Token);
        Assert.Equal(fromTar.Digest, fromGzip.Digest);
        Assert.Equal(StoreFixture.List(fromTar), StoreFixture.List(fromTree));
        Assert.Equal(new string('#', 300_000), StoreFixture.Read(fromTree, "bin/tool"));
        Assert.Equal(new string('#', 300_000), StoreFixture.Read(fromTar, "bin/tool"));
        Assert.Contains("drwxrwxrwt", StoreFixture.List(fromTar));
        Assert.Contains("link -> tool", StoreFixture.List(fromTar));
    }

    [Theory]
    [InlineData(TarEntryFormat.V7)]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Gnu)]
    public async Task Every_dialect_of_tar_gives_the_same_content(TarEntryFormat format)
    {
        var pax = await fixture.Open().ResolveAsync(fixture.Tar(), StoreFixture.Token);
        Assert.Equal(pax.Digest, (await fixture.Open().ResolveAsync(fixture.Tar(format), StoreFixture.Token)).Digest);
    }

    [Theory]
    [InlineData(ImageCompression.None)]
    [InlineData(ImageCompression.Lz4)]
    public async Task The_same_archive_gives_the_same_bytes_whenever_it_is_built(ImageCompression compression)
    {
        fixture.Options = fixture.Options with { Compression = compression };
        var tar = fixture.Tar();
        var first = await fixture.Open().ResolveAsync(tar, StoreFixture.Token);
        fixture.Options = fixture.Options with { Directory = fixture.Files["second"] };
        Assert.Equal(first.Digest, (await fixture.Open().ResolveAsync(tar, StoreFixture.Token)).Digest);

        // The root directory is the one whose time would come from the clock.
        Assert.Contains("1970-01-01 00:00 \n", StoreFixture.List(first).Replace(" 00:00 /\n", " 00:00 \n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_root_directory_that_only_its_owner_may_enter_is_opened_to_the_users_inside()
    {
        var tree = fixture.Tree();
        File.SetUnixFileMode(tree, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var image = await fixture.Open().ResolveAsync(tree, StoreFixture.Token);
        Assert.StartsWith("drwxr-xr-x 0/0", StoreFixture.List(image));
    }

    [Fact]
    public async Task A_second_run_needs_no_tool()
    {
        var (tree, tar) = (fixture.Tree(), fixture.Tar());
        var fromTree = await fixture.Open().ResolveAsync(tree, StoreFixture.Token);
        var fromTar = await fixture.Open().ResolveAsync(tar, StoreFixture.Token);
        Assert.Equal(fromTree, await fixture.OpenWithoutTools().ResolveAsync(tree, StoreFixture.Token));
        Assert.Equal(fromTar, await fixture.OpenWithoutTools().ResolveAsync(tar, StoreFixture.Token));
    }

    [Theory]
    [InlineData("content")]
    [InlineData("mode")]
    [InlineData("new file")]
    [InlineData("removed file")]
    [InlineData("link")]
    public async Task A_changed_tree_is_built_again(string change)
    {
        var tree = fixture.Tree();
        var before = await fixture.Open().ResolveAsync(tree, StoreFixture.Token);
        switch (change)
        {
            case "content":
                // Same length and, put back, the same modification time.
                var time = File.GetLastWriteTimeUtc(fixture.Files["tree/etc/passwd"]);
                File.WriteAllText(fixture.Files["tree/etc/passwd"], "toor:x:0:0::/root:/bin/sh\n");
                File.SetLastWriteTimeUtc(fixture.Files["tree/etc/passwd"], time);
                break;
            case "mode":
                File.SetUnixFileMode(fixture.Files["tree/etc/passwd"], UnixFileMode.UserRead);
                break;
            case "new file":
                fixture.Files.Write("tree/etc/group", "root:x:0:\n");
                break;
            case "removed file":
                File.Delete(fixture.Files["tree/etc/passwd"]);
                break;
            default:
                File.Delete(fixture.Files["tree/bin/link"]);
                File.CreateSymbolicLink(fixture.Files["tree/bin/link"], "loot");
                break;
        }

        Assert.NotEqual(before.Digest, (await fixture.Open().ResolveAsync(tree, StoreFixture.Token)).Digest);
    }

    [Fact]
    public async Task Two_paths_to_one_tree_share_one_image()
    {
        var tree = fixture.Tree();
        File.CreateSymbolicLink(fixture.Files["alias"], tree);
        var image = await fixture.Open().ResolveAsync(tree, StoreFixture.Token);
        Assert.Equal(image, await fixture.OpenWithoutTools().ResolveAsync(fixture.Files["alias"], StoreFixture.Token));
        Assert.Equal(image, await fixture.OpenWithoutTools().ResolveAsync(tree + "/../tree/", StoreFixture.Token));
    }

    [Fact]
    public async Task An_imported_name_outlives_its_source_and_can_be_given_anew()
    {
        var tar = fixture.Tar();
        var imported = await fixture.Open().ImportAsync("web", tar, StoreFixture.Token);
        File.Delete(tar);
        Assert.Equal(imported, await fixture.OpenWithoutTools().ResolveAsync("web", StoreFixture.Token));
        var listed = Assert.Single(fixture.Open().List());
        Assert.Equal(("web", imported.Digest, tar), (listed.Name, listed.Digest, listed.Source));
        Assert.Equal(new FileInfo(imported.Path).Length, listed.SizeBytes);

        fixture.Files.Write("tree/etc/motd", "new");
        var second = await fixture.Open().ImportAsync("web", fixture.Files["tree"], StoreFixture.Token);
        Assert.NotEqual(imported.Digest, second.Digest);
        Assert.Equal(second, await fixture.OpenWithoutTools().ResolveAsync("web", StoreFixture.Token));
    }

    [Fact]
    public async Task An_image_file_cannot_be_written_to_and_only_the_owner_gets_at_it()
    {
        var image = await fixture.Open().ResolveAsync(fixture.Tree(), StoreFixture.Token);
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(image.Path) & (UnixFileMode)0x92);
        Assert.Equal((UnixFileMode)0x1c0, File.GetUnixFileMode(fixture.Files["store"]));
        Assert.Equal("squashfs", image.FsType);
        Assert.Matches("^[0-9a-f]{64}$", image.Digest);
    }

    [Fact]
    public async Task A_damaged_image_is_built_again_from_a_path_and_refused_by_name()
    {
        var tree = fixture.Tree();
        var image = await fixture.Open().ImportAsync("web", tree, StoreFixture.Token);
        Damage(image.Path);
        var error = await Assert.ThrowsAsync<ImageException>(() => fixture.OpenWithoutTools().ResolveAsync("web", StoreFixture.Token));
        Assert.Equal(ImageError.Corrupt, error.Error);
        Assert.Contains(tree, error.Message);
        Assert.Equal(image, await fixture.Open().ResolveAsync(tree, StoreFixture.Token));
        Assert.Equal(image, await fixture.OpenWithoutTools().ResolveAsync("web", StoreFixture.Token));
    }

    [Fact]
    public async Task A_touched_but_equal_image_is_still_good()
    {
        var image = await fixture.Open().ImportAsync("web", fixture.Tree(), StoreFixture.Token);
        File.SetUnixFileMode(image.Path, UnixFileMode.UserRead);
        Assert.Equal(image, await fixture.OpenWithoutTools().ResolveAsync("web", StoreFixture.Token));
        Assert.Equal(image, await fixture.OpenWithoutTools().ResolveAsync(fixture.Files["tree"], StoreFixture.Token));
    }

    [Fact]
    public async Task Two_stores_on_one_directory_build_an_image_once()
    {
        var tree = fixture.Tree();
        var count = fixture.Files["count"];
        var tool = fixture.Files.Script("sqfstar", $"echo x >> {count}\nexec sqfstar \"$@\"");
        fixture.Options = fixture.Options with { SqfstarPath = tool };
        using var clock = new System.Reactive.Concurrency.EventLoopScheduler();
        var images = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(
            () => new ImageStore(fixture.Options, clock).ResolveAsync(tree, StoreFixture.Token))));
        Assert.Single(images.Distinct());
        Assert.Single(File.ReadAllLines(count));
        Assert.Empty(fixture.Temporaries());
    }

    [Fact]
    public async Task What_a_killed_builder_left_is_swept_by_the_next()
    {
        fixture.Open();
        var leftovers = Enumerable.Range(0, 16).Select(i => fixture.Files.Write($"store/tmp/{i:x}-left", "half an image")).ToList();
        await fixture.Open().ResolveAsync(fixture.Tree(), StoreFixture.Token);
        Assert.Equal(15, leftovers.Count(File.Exists));
    }

    private static void Damage(string path)
    {
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var file = File.OpenHandle(path, access: FileAccess.ReadWrite);
        RandomAccess.Write(file, [0xff], 2000);
    }
}
