using System.Formats.Tar;
using Rx.Vm.Images;

namespace Rx.Vm.Tests.Images;

/// <summary>What the store makes of good sources, with the real tools, and when it does not need them.</summary>
[Slow]
public sealed class ImageStoreTests : IDisposable
{
    private readonly StoreFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Directory_tar_and_tar_gz_of_one_tree_give_the_same_content()
    {
        var tar = _fixture.Tar();
        var store = _fixture.Open();
        var fromTar = await store.ResolveAsync(tar, StoreFixture.Token);
        var fromGzip = await store.ResolveAsync(_fixture.Gzip(tar), StoreFixture.Token);
        var fromTree = await store.ResolveAsync(_fixture.Files["tree"], StoreFixture.Token);
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
        var pax = await _fixture.Open().ResolveAsync(_fixture.Tar(), StoreFixture.Token);
        Assert.Equal(pax.Digest, (await _fixture.Open().ResolveAsync(_fixture.Tar(format), StoreFixture.Token)).Digest);
    }

    [Theory]
    [InlineData(ImageCompression.None)]
    [InlineData(ImageCompression.Lz4)]
    public async Task The_same_archive_gives_the_same_bytes_whenever_it_is_built(ImageCompression compression)
    {
        _fixture.Options = _fixture.Options with { Compression = compression };
        var tar = _fixture.Tar();
        var first = await _fixture.Open().ResolveAsync(tar, StoreFixture.Token);
        _fixture.Options = _fixture.Options with { Directory = _fixture.Files["second"] };
        Assert.Equal(first.Digest, (await _fixture.Open().ResolveAsync(tar, StoreFixture.Token)).Digest);

        // The root directory is the one whose time would come from the clock.
        Assert.Contains("1970-01-01 00:00 \n", StoreFixture.List(first).Replace(" 00:00 /\n", " 00:00 \n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_root_directory_that_only_its_owner_may_enter_is_opened_to_the_users_inside()
    {
        var tree = _fixture.Tree();
        File.SetUnixFileMode(tree, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var image = await _fixture.Open().ResolveAsync(tree, StoreFixture.Token);
        Assert.StartsWith("drwxr-xr-x 0/0", StoreFixture.List(image));
    }

    [Fact]
    public async Task A_second_run_needs_no_tool()
    {
        var (tree, tar) = (_fixture.Tree(), _fixture.Tar());
        var fromTree = await _fixture.Open().ResolveAsync(tree, StoreFixture.Token);
        var fromTar = await _fixture.Open().ResolveAsync(tar, StoreFixture.Token);
        Assert.Equal(fromTree, await _fixture.OpenWithoutTools().ResolveAsync(tree, StoreFixture.Token));
        Assert.Equal(fromTar, await _fixture.OpenWithoutTools().ResolveAsync(tar, StoreFixture.Token));
    }

    [Theory]
    [InlineData("content")]
    [InlineData("mode")]
    [InlineData("new file")]
    [InlineData("removed file")]
    [InlineData("link")]
    public async Task A_changed_tree_is_built_again(string change)
    {
        var tree = _fixture.Tree();
        var before = await _fixture.Open().ResolveAsync(tree, StoreFixture.Token);
        switch (change)
        {
            case "content":
                // Same length and, put back, the same modification time.
                var time = File.GetLastWriteTimeUtc(_fixture.Files["tree/etc/passwd"]);
                File.WriteAllText(_fixture.Files["tree/etc/passwd"], "toor:x:0:0::/root:/bin/sh\n");
                File.SetLastWriteTimeUtc(_fixture.Files["tree/etc/passwd"], time);
                break;
            case "mode":
                File.SetUnixFileMode(_fixture.Files["tree/etc/passwd"], UnixFileMode.UserRead);
                break;
            case "new file":
                _fixture.Files.Write("tree/etc/group", "root:x:0:\n");
                break;
            case "removed file":
                File.Delete(_fixture.Files["tree/etc/passwd"]);
                break;
            default:
                File.Delete(_fixture.Files["tree/bin/link"]);
                File.CreateSymbolicLink(_fixture.Files["tree/bin/link"], "loot");
                break;
        }

        Assert.NotEqual(before.Digest, (await _fixture.Open().ResolveAsync(tree, StoreFixture.Token)).Digest);
    }

    [Fact]
    public async Task Two_paths_to_one_tree_share_one_image()
    {
        var tree = _fixture.Tree();
        File.CreateSymbolicLink(_fixture.Files["alias"], tree);
        var image = await _fixture.Open().ResolveAsync(tree, StoreFixture.Token);
        Assert.Equal(image, await _fixture.OpenWithoutTools().ResolveAsync(_fixture.Files["alias"], StoreFixture.Token));
        Assert.Equal(image, await _fixture.OpenWithoutTools().ResolveAsync(tree + "/../tree/", StoreFixture.Token));
    }

    [Fact]
    public async Task An_imported_name_outlives_its_source_and_can_be_given_anew()
    {
        var tar = _fixture.Tar();
        var imported = await _fixture.Open().ImportAsync("web", tar, StoreFixture.Token);
        File.Delete(tar);
        Assert.Equal(imported, await _fixture.OpenWithoutTools().ResolveAsync("web", StoreFixture.Token));
        var listed = Assert.Single(_fixture.Open().List());
        Assert.Equal(("web", imported.Digest, tar), (listed.Name, listed.Digest, listed.Source));
        Assert.Equal(new FileInfo(imported.Path).Length, listed.SizeBytes);

        _fixture.Files.Write("tree/etc/motd", "new");
        var second = await _fixture.Open().ImportAsync("web", _fixture.Files["tree"], StoreFixture.Token);
        Assert.NotEqual(imported.Digest, second.Digest);
        Assert.Equal(second, await _fixture.OpenWithoutTools().ResolveAsync("web", StoreFixture.Token));
    }

    [Fact]
    public async Task An_image_file_cannot_be_written_to_and_only_the_owner_gets_at_it()
    {
        var image = await _fixture.Open().ResolveAsync(_fixture.Tree(), StoreFixture.Token);
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(image.Path) & (UnixFileMode)0x92);
        Assert.Equal((UnixFileMode)0x1c0, File.GetUnixFileMode(_fixture.Files["store"]));
        Assert.Equal("squashfs", image.FsType);
        Assert.Matches("^[0-9a-f]{64}$", image.Digest);
    }

    [Fact]
    public async Task A_damaged_image_is_built_again_from_a_path_and_refused_by_name()
    {
        var tree = _fixture.Tree();
        var image = await _fixture.Open().ImportAsync("web", tree, StoreFixture.Token);
        Damage(image.Path);
        var error = await Assert.ThrowsAsync<ImageException>(() => _fixture.OpenWithoutTools().ResolveAsync("web", StoreFixture.Token));
        Assert.Equal(ImageError.Corrupt, error.Error);
        Assert.Contains(tree, error.Message);
        Assert.Equal(image, await _fixture.Open().ResolveAsync(tree, StoreFixture.Token));
        Assert.Equal(image, await _fixture.OpenWithoutTools().ResolveAsync("web", StoreFixture.Token));
    }

    [Fact]
    public async Task A_touched_but_equal_image_is_still_good()
    {
        var image = await _fixture.Open().ImportAsync("web", _fixture.Tree(), StoreFixture.Token);
        File.SetUnixFileMode(image.Path, UnixFileMode.UserRead);
        Assert.Equal(image, await _fixture.OpenWithoutTools().ResolveAsync("web", StoreFixture.Token));
        Assert.Equal(image, await _fixture.OpenWithoutTools().ResolveAsync(_fixture.Files["tree"], StoreFixture.Token));
    }

    [Fact]
    public async Task Two_stores_on_one_directory_build_an_image_once()
    {
        var tree = _fixture.Tree();
        var count = _fixture.Files["count"];
        var tool = _fixture.Files.Script("sqfstar", $"echo x >> {count}\nexec sqfstar \"$@\"");
        _fixture.Options = _fixture.Options with { SqfstarPath = tool };
        using var clock = new System.Reactive.Concurrency.EventLoopScheduler();
        var images = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(
            () => new ImageStore(_fixture.Options, clock).ResolveAsync(tree, StoreFixture.Token))));
        Assert.Single(images.Distinct());
        Assert.Single(File.ReadAllLines(count));
        Assert.Empty(_fixture.Temporaries());
    }

    [Fact]
    public async Task What_a_killed_builder_left_is_swept_by_the_next()
    {
        _fixture.Open();
        var leftovers = Enumerable.Range(0, 16).Select(i => _fixture.Files.Write($"store/tmp/{i:x}-left", "half an image")).ToList();
        await _fixture.Open().ResolveAsync(_fixture.Tree(), StoreFixture.Token);
        Assert.Equal(15, leftovers.Count(File.Exists));
    }

    private static void Damage(string path)
    {
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var file = File.OpenHandle(path, access: FileAccess.ReadWrite);
        RandomAccess.Write(file, [0xff], 2000);
    }
}
