using Rx.Vm.Native;

namespace Rx.Vm.Images;

/// <summary>Where things are below the store's directory. Everything is made with mode 0700, files with 0600 or less.</summary>
internal sealed class StoreLayout
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private StoreLayout(string root) => Root = root;

    public string Root { get; }

    /// <summary>Root file systems by digest.</summary>
    public string Blobs => Path.Combine(Root, "blobs");

    /// <summary>What was built from which path, in which state of it.</summary>
    public string Sources => Path.Combine(Root, "sources");

    /// <summary>Imported names.</summary>
    public string Names => Path.Combine(Root, "names");

    /// <summary>Kernel and initramfs.</summary>
    public string Boot => Path.Combine(Root, "boot");

    public string Locks => Path.Combine(Root, "locks");

    /// <summary>Files in the making; on the same file system as the rest, so that a rename finishes them.</summary>
    public string Temporary => Path.Combine(Root, "tmp");

    /// <summary>Makes what is missing and refuses a directory that somebody else could have prepared.</summary>
    public static StoreLayout Open(string root)
    {
        LinuxOnly.Require("The image store");
        if (root.Length == 0)
        {
            throw new ImageException(ImageError.StoreUnusable, root, "There is no place for images: this user has no home; set HOME or XDG_CACHE_HOME.");
        }

        if (!Path.IsPathFullyQualified(root))
        {
            throw new ImageException(ImageError.StoreUnusable, root, $"The image store '{root}' is not an absolute path.");
        }

        var layout = new StoreLayout(Path.TrimEndingDirectorySeparator(root));
        try
        {
            if (Path.GetDirectoryName(layout.Root) is { } parent)
            {
                Directory.CreateDirectory(parent);
            }

            foreach (var path in (string[])
                [layout.Root, layout.Blobs, layout.Sources, layout.Names, layout.Boot, layout.Locks, layout.Temporary])
            {
                Directory.CreateDirectory(path, OwnerOnly);
                Check(path);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ImageException(
                PosixFiles.IsDiskFull(error) ? ImageError.DiskFull : ImageError.StoreUnusable,
                root, $"The image store '{root}' cannot be used: {error.Message}", error);
        }

        return layout;
    }

    public string BlobPath(string digest) => Path.Combine(Blobs, digest + ".squashfs");

    public string NamePath(string name) => Path.Combine(Names, name + ".json");

    public string SourcePath(string pathKey) => Path.Combine(Sources, pathKey + ".json");

    private static void Check(string path)
    {
        var stamp = PosixFiles.Stamp(path);
        if (stamp is not { IsDirectory: true } directory)
        {
            throw new ImageException(ImageError.StoreUnusable, path, $"'{path}' is not a directory.");
        }

        if (directory.Uid != Libc.geteuid() || directory.IsWritableByOthers)
        {
            throw new ImageException(ImageError.StoreUnusable, path,
                $"'{path}' belongs to another user or is writable by others, so its images cannot be trusted.");
        }
    }
}
