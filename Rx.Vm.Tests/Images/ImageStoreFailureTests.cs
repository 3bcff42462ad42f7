using System.Diagnostics;
using System.Formats.Tar;
using System.Runtime.InteropServices;
using Rx.Vm.Images;
using Rx.Vm.Native;

namespace Rx.Vm.Tests.Images;

/// <summary>Every way it can fail is one typed error that names the culprit, and leaves neither a file nor a process behind.</summary>
[Slow]
public sealed partial class ImageStoreFailureTests : IDisposable
{
    private readonly StoreFixture _fixture = new();

    public void Dispose()
    {
        if (Directory.Exists(_fixture.Files["store/tmp"]))
        {
            Assert.Empty(_fixture.Temporaries());
            Assert.Empty(_fixture.Survivors());
        }

        _fixture.Dispose();
    }

    [Fact]
    public async Task An_unknown_name_lists_the_known_ones()
    {
        Assert.Contains("Nothing has been imported", (await Refused("web", ImageError.NotFound)).Message);
        await _fixture.Open().ImportAsync("alpine", _fixture.Tree(), StoreFixture.Token);
        await _fixture.Open().ImportAsync("busybox", _fixture.Tree(), StoreFixture.Token);
        var error = await Refused("web", ImageError.NotFound);
        Assert.Contains("'web'", error.Message);
        Assert.Contains("alpine, busybox", error.Message);
    }

    [Theory]
    [InlineData("/nonexistent/image.tar")]
    [InlineData("/etc/passwd/below-a-file")]
    [InlineData("./nowhere")]
    public async Task A_missing_path_is_named(string path) =>
        Assert.Contains(path, (await Refused(path, ImageError.NotFound)).Message);

    [Theory]
    [InlineData("/dev/null")]
    [InlineData("/dev/zero")]
    public async Task A_device_is_never_read(string path) => await Refused(path, ImageError.UnsupportedSource);

    [Fact]
    public async Task A_pipe_is_never_opened()
    {
        // Opening one for reading would wait for a writer for ever.
        Assert.Equal(0, MakeFifo(_fixture.Files["pipe"], 0x180));
        await Refused(_fixture.Files["pipe"], ImageError.UnsupportedSource);
    }

    [Theory]
    [InlineData("", "holds no files")]
    [InlineData("this is a text that goes on", "shorter than one header")]
    [InlineData("\u00fd7zXZ\u0000", "xz says")]
    [InlineData("(\u00b5/\u00fd", "zstd says")]
    [InlineData("BZh91AY", "bzip2 says")]
    [InlineData("LZIP", "lzip")]
    [InlineData("\u0004\"M\u0018", "lz4")]
    [InlineData("\u001f\u009d", "compress")]
    [InlineData("070701", "cpio")]
    [InlineData("!<arch>", "Debian package")]
    [InlineData("PK\u0003\u0004", "zip archive")]
    [InlineData("hsqs", "squashfs")]
    [InlineData("\u001f\u008b\u0008\u0000garbage", "gzip says")]
    public async Task What_is_no_archive_is_told_apart(string content, string why)
    {
        var path = _fixture.Files.Write("a.tar", System.Text.Encoding.Latin1.GetBytes(content));
        Assert.Contains(why, (await Refused(path, ImageError.NotAnArchive)).Message);
    }

    [Fact]
    public async Task Noise_and_an_empty_archive_are_no_archives()
    {
        var noise = new byte[20_000];
        new Random(20150704).NextBytes(noise);
        await Refused(_fixture.Files.Write("noise.tar", noise), ImageError.NotAnArchive);
        var empty = await Refused(_fixture.Files.Write("empty.tar", new byte[10_240]), ImageError.NotAnArchive);
        Assert.Contains("holds no files", empty.Message);
    }

    [Fact]
    public async Task A_truncated_archive_is_refused_and_the_entry_named()
    {
        var whole = File.ReadAllBytes(_fixture.Tar());
        var error = await Refused(_fixture.Files.Write("cut.tar", whole[..(whole.Length / 2)]), ImageError.NotAnArchive);
        Assert.Contains("in the middle of the entry 'bin/tool'", error.Message);
    }

    [Fact]
    public async Task A_truncated_gzip_stream_is_refused()
    {
        var whole = File.ReadAllBytes(_fixture.Gzip(_fixture.Tar()));
        var error = await Refused(_fixture.Files.Write("cut.gz", whole[..(whole.Length / 2)]), ImageError.NotAnArchive);
        Assert.Contains("gzip says", error.Message);
    }

    [Theory]
    [InlineData("../../rx-evil")]
    [InlineData("/../rx-evil")]
    [InlineData("a/../../../rx-evil")]
    public async Task Names_that_climb_out_reach_nothing_on_the_host(string name)
    {
        var tar = _fixture.TarOf((name, TarEntryType.RegularFile, ""), ("ok", TarEntryType.RegularFile, ""));
        Assert.Contains(name, (await Refused(tar, ImageError.BadEntry)).Message);
        Assert.False(File.Exists("/rx-evil"));
        Assert.False(File.Exists(_fixture.Files["rx-evil"]));
        Assert.DoesNotContain(
            Directory.EnumerateFiles(_fixture.Files["store"], "*", SearchOption.AllDirectories), f => f.Contains("rx-evil"));
    }

    [Fact]
    public async Task A_file_behind_a_link_out_of_the_image_reaches_nothing_on_the_host()
    {
        var target = _fixture.Files.Write("victim/kept", "untouched");
        var tar = _fixture.TarOf(("out", TarEntryType.SymbolicLink, _fixture.Files["victim"]), ("out/kept", TarEntryType.RegularFile, ""));
        var image = await _fixture.Open().ResolveAsync(tar, StoreFixture.Token);
        Assert.Contains(_fixture.Files["victim/kept"], StoreFixture.List(image));
        Assert.Equal("untouched", File.ReadAllText(target));
    }

    [Fact]
    public async Task A_gzip_bomb_ends_at_the_limit()
    {
        var entry = _fixture.Files.Write("zeros", new byte[8 << 20]);
        using (var stream = File.Create(_fixture.Files["bomb.tar"]))
        using (var writer = new TarWriter(stream, TarEntryFormat.Pax))
        {
            await writer.WriteEntryAsync(entry, "zeros", StoreFixture.Token);
        }

        _fixture.Options = _fixture.Options with { MaxImageBytes = 1 << 20 };
        await Refused(_fixture.Gzip(_fixture.Files["bomb.tar"]), ImageError.TooLarge);
    }

    [Fact]
    public async Task A_tree_with_too_many_files_or_bytes_is_refused()
    {
        var tree = _fixture.Tree();
        _fixture.Options = _fixture.Options with { MaxFiles = 3 };
        await Refused(tree, ImageError.TooLarge);
        _fixture.Options = _fixture.Options with { MaxFiles = 100, MaxImageBytes = 100_000, Compression = ImageCompression.None };
        await Refused(tree, ImageError.TooLarge);
    }

    [Fact]
    public async Task A_missing_tool_names_its_package()
    {
        _fixture.Options = _fixture.Options with { SqfstarPath = "/nonexistent/sqfstar" };
        Assert.Contains("squashfs-tools", (await Refused(_fixture.Tree(), ImageError.ToolMissing)).Message);
    }

    [Theory]
    [InlineData("echo 'Write failed because No space left on device' >&2; exit 1", ImageError.DiskFull)]
    [InlineData("cat > /dev/null; echo 'FATAL ERROR: no idea' >&2; exit 3", ImageError.BuildFailed)]
    [InlineData("exit 0", ImageError.BuildFailed)]
    [InlineData("for last; do :; done; cat > /dev/null; echo not a squashfs file > \"$last\"", ImageError.BuildFailed)]
    public async Task What_the_tool_says_decides_the_error(string script, ImageError expected)
    {
        _fixture.Options = _fixture.Options with { SqfstarPath = _fixture.Files.Script("sqfstar", script) };
        await Refused(_fixture.Tar(), expected);
    }

    [Fact]
    public async Task A_tool_that_talks_without_end_is_heard_but_not_kept()
    {
        var script = _fixture.Files.Script("sqfstar", "head -c 3000000 /dev/zero | tr '\\0' x >&2; echo; echo the reason; exit 1");
        _fixture.Options = _fixture.Options with { SqfstarPath = script };
        var error = await Refused(_fixture.Tar(), ImageError.BuildFailed);
        Assert.InRange(error.Message.Length, 100, 5000);
        Assert.Contains("the reason", error.Message);
    }

    [Fact]
    public async Task A_tool_that_hangs_is_killed_when_the_time_is_up()
    {
        _fixture.Options = _fixture.Options with { SqfstarPath = Hanging() };
        var build = _fixture.Open().ResolveAsync(_fixture.Tar(), StoreFixture.Token);
        _fixture.Clock.AdvanceBy(_fixture.Options.BuildTimeout - TimeSpan.FromTicks(1));
        Assert.False(build.IsCompleted);
        _fixture.Clock.AdvanceBy(TimeSpan.FromTicks(1));
        var error = await Assert.ThrowsAsync<ImageException>(() => build);
        Assert.Equal(ImageError.TimedOut, error.Error);
    }

    [Fact]
    public async Task A_cancelled_build_kills_the_tool_and_is_a_cancellation()
    {
        _fixture.Options = _fixture.Options with { SqfstarPath = Hanging() };
        using var cancel = new CancellationTokenSource();
        var build = _fixture.Open().ResolveAsync(_fixture.Tar(), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => build);
    }

    [Fact]
    public async Task A_source_that_changes_during_the_build_is_refused()
    {
        var tree = _fixture.Tree();
        var script = _fixture.Files.Script("sqfstar", $"sqfstar \"$@\" && echo more >> {tree}/etc/passwd");
        _fixture.Options = _fixture.Options with { SqfstarPath = script };
        await Refused(tree, ImageError.SourceChanged);
        _fixture.Options = _fixture.Options with { SqfstarPath = "sqfstar" };
        await _fixture.Open().ResolveAsync(tree, StoreFixture.Token);
    }

    [Fact]
    public async Task A_file_that_grows_while_it_is_copied_is_a_source_that_changed_whatever_the_tool_says()
    {
        // With the first byte the file is open, and it is longer than what waits in between.
        var (tree, first) = (_fixture.Tree(), _fixture.Files["first"]);
        var script = $"dd bs=1 count=1 of={first} 2>/dev/null; yes | head -c 1000000 >> {tree}/bin/tool; cat {first} - | sqfstar \"$@\"";
        _fixture.Options = _fixture.Options with { SqfstarPath = _fixture.Files.Script("sqfstar", script) };
        await Refused(tree, ImageError.SourceChanged);
    }

    [Theory]
    [InlineData("/proc/self/mem")]
    [InlineData("loop/rootfs.tar")]
    public async Task A_source_that_can_not_be_read_is_no_fault_of_the_store(string path)
    {
        Directory.CreateSymbolicLink(_fixture.Files["loop"], "loop");
        path = Path.Combine(_fixture.Files["."], path);
        var error = await Refused(path, ImageError.SourceUnreadable);
        Assert.Contains(path, error.Message);
        Assert.Equal(
            ImageError.SourceUnreadable,
            (await Assert.ThrowsAsync<ImageException>(() => _fixture.Open().ImportAsync("web", path, StoreFixture.Token))).Error);
    }

    [Fact]
    public async Task A_folder_in_a_source_that_can_not_be_read_is_no_fault_of_the_store()
    {
        // Deeper than a path can be, as nothing else is unreadable for root too.
        var tree = _fixture.Tree();
        var name = new string('d', 250);
        var folder = Libc.open(tree, Libc.OpenDirectory | Libc.OpenCloseOnExec);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(0, Libc.mkdirat(folder, name, 0x1C0));
            using var above = folder;
            folder = Libc.openat(above, name, Libc.OpenDirectory | Libc.OpenCloseOnExec);
        }

        folder.Dispose();
        try
        {
            await Refused(tree, ImageError.SourceUnreadable);
        }
        finally
        {
            using var remove = Process.Start("rm", ["-rf", tree]);
            await remove.WaitForExitAsync(StoreFixture.Token);
        }
    }

    [Fact]
    public async Task The_root_of_all_is_a_source_like_any_other()
    {
        _fixture.Options = _fixture.Options with { MaxFiles = 10 };
        Assert.Contains("'/' holds more than 10 files", (await Refused("/", ImageError.TooLarge)).Message);
    }

    [Fact]
    public async Task Waiting_for_another_builder_ends_at_the_limit()
    {
        var layout = StoreLayout.Open(_fixture.Options.Directory);
        var tree = _fixture.Tree();
        using var held = await StoreLock.TakeAsync(layout, Digests.OfText(tree), tree, TimeSpan.Zero, _fixture.Clock, StoreFixture.Token);
        var waiting = _fixture.Open().ResolveAsync(tree, StoreFixture.Token);
        var start = _fixture.Clock.Now;
        while (!waiting.IsCompleted)
        {
            _fixture.Clock.AdvanceBy(TimeSpan.FromSeconds(20));
            await Task.Yield();
        }

        Assert.True(_fixture.Clock.Now - start >= _fixture.Options.LockTimeout);
        Assert.Equal(ImageError.TimedOut, (await Assert.ThrowsAsync<ImageException>(() => waiting)).Error);
    }

    [Fact]
    public void A_store_others_may_write_to_is_refused_and_left_as_it_is()
    {
        Directory.CreateDirectory(_fixture.Files["store"]);
        File.SetUnixFileMode(_fixture.Files["store"], (UnixFileMode)0x1ff);
        var error = Assert.Throws<ImageException>(_fixture.Open);
        Assert.Equal(ImageError.StoreUnusable, error.Error);
        Assert.Equal((UnixFileMode)0x1ff, File.GetUnixFileMode(_fixture.Files["store"]));
    }

    [Theory]
    [InlineData("relative/store")]
    [InlineData("/dev/null")]
    [InlineData("/dev/null/store")]
    [InlineData("/proc/store")]
    public void A_store_that_cannot_be_made_is_a_typed_error(string directory)
    {
        _fixture.Options = _fixture.Options with { Directory = directory };
        Assert.Equal(ImageError.StoreUnusable, Assert.Throws<ImageException>(_fixture.Open).Error);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("a b")]
    public async Task A_name_to_import_under_must_be_a_name(string name)
    {
        var error = await Assert.ThrowsAsync<ImageException>(() => _fixture.Open().ImportAsync(name, _fixture.Tree(), StoreFixture.Token));
        Assert.Equal(ImageError.InvalidName, error.Error);
        Assert.Empty(_fixture.Open().List());
    }

    [Fact]
    public async Task A_name_record_that_was_tampered_with_is_no_image()
    {
        _fixture.Open();
        _fixture.Files.Write("store/names/web.json", "{\"Digest\":\"../../../../etc/passwd\",\"SizeBytes\":1,\"Source\":\"x\"}");
        _fixture.Files.Write("store/names/big.json", new string(' ', 100_000));
        _fixture.Files.Write("store/names/bad.json", "[");
        Assert.Empty(_fixture.Open().List());
        await Refused("web", ImageError.NotFound);
        await Refused("big", ImageError.NotFound);
        await Refused("bad", ImageError.NotFound);
    }

    private string Hanging() => _fixture.Files.Script("sqfstar", "exec sleep 100000");

    private async Task<ImageException> Refused(string image, ImageError expected)
    {
        var error = await Assert.ThrowsAsync<ImageException>(() => _fixture.Open().ResolveAsync(image, StoreFixture.Token));
        Assert.Equal(expected, error.Error);
        return error;
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);
}
