namespace Rx.Vm.Images;

/// <summary>Why an image, or a boot file, could not be had.</summary>
public enum ImageError
{
    /// <summary>The name breaks the rule <c>[A-Za-z0-9][A-Za-z0-9_.-]{0,63}</c>.</summary>
    InvalidName,

    /// <summary>No such imported name, or nothing at that path.</summary>
    NotFound,

    /// <summary>
    /// The source is of a kind that is not read: a device, pipe or socket, which are never opened, or an archive of image layers instead of a
    /// root file system.
    /// </summary>
    UnsupportedSource,

    /// <summary>The file is not a tar archive, plain or compressed by gzip, xz, zstd or bzip2; or it is damaged or cut.</summary>
    NotAnArchive,

    /// <summary>The source or the result is larger than the store allows.</summary>
    TooLarge,

    /// <summary>The source was written to while the image was being built.</summary>
    SourceChanged,

    /// <summary>A program the build needs is not installed; the message names the Debian package.</summary>
    ToolMissing,

    /// <summary>The file system of the store has no room.</summary>
    DiskFull,

    /// <summary>The program that builds images refused the source; the message ends with what it said.</summary>
    BuildFailed,

    /// <summary>The build, or the wait for another builder of the same image, took longer than the store's limit.</summary>
    TimedOut,

    /// <summary>The store's directory belongs to somebody else, others may write to it, or it cannot be read or written.</summary>
    StoreUnusable,

    /// <summary>A stored file no longer has the content it was stored with.</summary>
    Corrupt,

    /// <summary>The kernel package is incomplete, or of a form that cannot be used.</summary>
    BadKernel,

    /// <summary>An entry of the archive cannot be in an image as it is; the message names it. An entry is never left out in silence.</summary>
    BadEntry,

    /// <summary>A path, where <see cref="ImageStoreOptions.Sources"/> allow names only.</summary>
    PathRefused,

    /// <summary>The source, or something in it, may not or can not be read.</summary>
    SourceUnreadable,
}
