using Rx.Vm.Images;

namespace Rx.Vm.Tests.Images.Archives;

/// <summary>Imports archives and shows what became of them.</summary>
internal sealed class ArchiveFixture : IDisposable
{
    private int _count;

    public StoreFixture Store { get; } = new();

    /// <summary>A name at the top, so that nothing is remarked of a root without programs.</summary>
    public static TarItem Bin => TarItem.Directory("bin");

    public string Write(byte[] archive, string extension = ".tar") => Store.Files.Write($"archive-{++_count}{extension}", archive);

    /// <summary>Removes the archive that was written last.</summary>
    public void Forget() => File.Delete(Store.Files[$"archive-{_count}.tar"]);

    public Task<RootFileSystem> ImportAsync(params TarItem[] items) => ImportAsync(TarForge.Archive([Bin, .. items]));

    public Task<RootFileSystem> ImportAsync(byte[] archive) => Store.Open().ResolveAsync(Write(archive), StoreFixture.Token);

    /// <summary>The refusal of an archive; a message is one line without anything that steers a terminal.</summary>
    public Task<ImageException> RefusedAsync(ImageError expected, params TarItem[] items) => RefusedAsync(expected, TarForge.Archive([Bin, .. items]));

    public async Task<ImageException> RefusedAsync(ImageError expected, byte[] archive)
    {
        var error = await Assert.ThrowsAsync<ImageException>(() => ImportAsync(archive));
        Assert.True(expected == error.Error, error.Message);
        Assert.DoesNotContain(error.Message, char.IsControl);
        return error;
    }

    /// <summary>The tree of an image, unpacked by the tools that belong to its form.</summary>
    public IReadOnlyList<string> Tree(RootFileSystem image) => ListAndRemove(Unpack(image));

    public string Unpack(RootFileSystem image)
    {
        var target = Store.Files[$"unpacked-{++_count}"];
        Shell.Run("unsquashfs", "-q", "-no-progress", "-d", target, image.Path);
        return target;
    }

    /// <summary>The tree of an archive, unpacked by GNU tar.</summary>
    public IReadOnlyList<string> TreeOfGnuTar(string archive)
    {
        var (code, tree, errors) = TryGnuTar(archive);
        Assert.True(code == 0, $"tar: {code}\n{errors}");
        return tree;
    }

    /// <summary>The same of one that GNU tar may complain about.</summary>
    public (int Code, IReadOnlyList<string> Tree, string Errors) TryGnuTar(string archive)
    {
        var target = Store.Files[$"reference-{++_count}"];
        Directory.CreateDirectory(target);
        File.SetUnixFileMode(target, (UnixFileMode)0x1ed);
        var (code, _, errors) = Shell.Try(
            "sh", "-c", "umask 022; exec tar --numeric-owner --delay-directory-restore --warning=no-timestamp -xpf \"$1\" -C \"$2\"", "sh", archive, target);
        return (code, ListAndRemove(target), errors);
    }

    // The base library cannot remove names that are not UTF-8.
    private static IReadOnlyList<string> ListAndRemove(string directory)
    {
        try
        {
            return TreeListing.Of(directory);
        }
        finally
        {
            Shell.Run("rm", "-rf", directory);
        }
    }

    public void Dispose()
    {
        Shell.Run("sh", "-c", "rm -rf \"$1\"/unpacked-* \"$1\"/reference-*", "sh", Store.Files.Path);
        Store.Dispose();
    }
}
