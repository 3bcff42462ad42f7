using Microsoft.Win32.SafeHandles;
using Rx.Vm.Images.Archives;
using Rx.Vm.Native;

namespace Rx.Vm.Images;

/// <summary>
/// The promise that a file of the store stays where it is until somebody has opened it: a shared lock on it, which goes with the process. What QEMU
/// has opened it locks itself, so a machine keeps its disks without a lease, also when it outlives the process that started it.
/// </summary>
internal sealed class ImageLease : IDisposable
{
    private readonly SafeFileHandle? _file;

    private ImageLease(RootFileSystem root, SafeFileHandle? file) => (Root, _file) = (root, file);

    /// <summary>What is leased.</summary>
    public RootFileSystem Root { get; }

    /// <summary>For machines that open no files.</summary>
    public static ImageLease OfNothing(RootFileSystem root) => new(root, null);

    /// <summary>Takes a lease; null when the file is being removed, or was.</summary>
    public static ImageLease? TryTake(RootFileSystem root)
    {
        if (TryOpen(root.Path) is not { } file)
        {
            return null;
        }

        if (PosixFiles.TryLock(file, root.Path, shared: true) && PosixFiles.Stamp(root.Path)?.Inode == PosixFiles.Stamp(file, root.Path).Inode)
        {
            return new ImageLease(root, file);
        }

        file.Dispose();
        return null;
    }

    /// <summary>Removes a file that nobody has a lease of and no machine has opened, in this process or another.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isNeeded">Asked while nobody can take a lease: whether it shall stay after all.</param>
    /// <returns>Its length when it was removed; zero when it is needed or not there; null when it is in use.</returns>
    public static long? TryRemove(string path, Func<bool> isNeeded)
    {
        using var file = TryOpen(path);
        if (file is null)
        {
            return 0;
        }

        if (!PosixFiles.TryLock(file, path) || PosixFiles.IsRangeLocked(file, path))
        {
            return null;
        }

        var length = RandomAccess.GetLength(file);
        if (PosixFiles.Stamp(path)?.Inode != PosixFiles.Stamp(file, path).Inode)
        {
            // Removed meanwhile by another: what is there now is not what is locked here.
            length = 0;
        }
        else if (isNeeded())
        {
            length = 0;
        }
        else
        {
            File.Delete(path);
        }

        PosixFiles.Unlock(file);
        return length;
    }

    /// <summary>Gives it back. More than once is once.</summary>
    public void Dispose()
    {
        if (_file is { IsClosed: false })
        {
            PosixFiles.Unlock(_file);
            _file.Dispose();
        }
    }

    private static SafeFileHandle? TryOpen(string path)
    {
        try
        {
            return BytePaths.OpenForRead(ByteText.From(System.Text.Encoding.UTF8.GetBytes(path)));
        }
        catch (IOException) when (PosixFiles.Stamp(path) is null)
        {
            return null;
        }
    }
}
