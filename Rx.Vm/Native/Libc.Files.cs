using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Rx.Vm.Native;

/// <content>Files and folders. A path may be text or the bytes it is for the kernel, which then end with a zero.</content>
internal static unsafe partial class Libc
{
    public const int OpenReadOnly = 0;
    public const int OpenReadWrite = 2;
    public const int OpenCreate = 0x40;
    public const int OpenNonBlocking = 0x800;
    public const int OpenCloseOnExec = 0x80000;

    /// <summary>For <see cref="statx(SafeHandle, byte[], int, uint, out FileFacts)"/>: the link itself, not where it leads.</summary>
    public const int NoFollow = 0x100;

    /// <summary>For the same: an empty path is the open file itself.</summary>
    public const int EmptyPath = 0x1000;

    // The two flags differ between x86-64 and the generic ABI (arm64).
    public static readonly int OpenDirectory = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;
    public static readonly int OpenNoFollow = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    /// <summary>Stands for the working directory where a folder is asked for.</summary>
    public static readonly SafeFileHandle CurrentDirectory = new(-100, ownsHandle: false);

    public static SafeFileHandle open(string path, int flags, uint mode = 0) => open(Terminated(path), flags, mode);

    [LibraryImport("libc", SetLastError = true)]
    public static partial SafeFileHandle open(byte[] path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial SafeFileHandle openat(SafeHandle directory, string path, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mkdirat(SafeHandle directory, string path, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int unlinkat(SafeHandle directory, string path, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial SafeFileHandle memfd_create(string name, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ftruncate(SafeHandle file, long length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fchmod(SafeHandle file, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fsync(SafeHandle file);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fdatasync(SafeHandle file);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int flock(SafeHandle file, int operation);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fstatfs(SafeHandle file, byte* data);

    public static int statx(SafeHandle directory, string path, int flags, out FileFacts facts) =>
        statx(directory, Terminated(path), flags, FileFacts.Basic, out facts);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int statx(SafeHandle directory, byte[] path, int flags, uint mask, out FileFacts facts);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial byte* realpath(string path, byte* resolved);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint readlink(byte[] path, byte[] buffer, nint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint opendir(byte[] path);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint readdir(nint directory);

    [LibraryImport("libc")]
    public static partial int closedir(nint directory);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint llistxattr(byte[] path, byte[] list, nint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint lgetxattr(byte[] path, byte[] name, byte[] value, nint size);

    private static byte[] Terminated(string path) => [.. Encoding.UTF8.GetBytes(path), 0];
}
